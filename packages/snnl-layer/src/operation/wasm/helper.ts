// Program of a helper thread. scripts/build-wasm.mjs bundles it into a string, so that no bundler
// needs to know of a second file: other files import only types from here.
import { Control, instantiate } from './layout';
import { failsFirst, leaveFailure, runTasks, sharedTurns } from './tasks';

/** What a helper thread is given at its start. */
export interface HelperData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** 1 for the first helper. */
  readonly thread: number;
}

/** Body of a helper thread: sleeps until there is a job, helps with it, and so on for ever. */
function help({ module, memory, thread }: HelperData): void {
  const kernels = instantiate(module, memory);
  for (let seen = 0; ; ) {
    // A fresh view: the memory may have grown.
    const words = new Int32Array(memory.buffer);
    Atomics.wait(words, Control.generation, seen);
    seen = Atomics.load(words, Control.generation);
    Atomics.add(words, Control.joined, 1);
    if (Atomics.load(words, Control.open) === 1 && thread < Atomics.load(words, Control.threads)) {
      const grown = new Int32Array(memory.buffer);
      try {
        const turns = sharedTurns(grown, (grown[Control.turns] ?? 0) >>> 0);
        Atomics.add(words, Control.helped, runTasks(kernels, grown, turns, thread));
      } catch (error) {
        if (failsFirst(words)) leaveFailure(words, error);
      }
    }
    Atomics.sub(words, Control.joined, 1);
    Atomics.notify(words, Control.joined);
  }
}

const node = typeof process === 'object' && process.getBuiltinModule('node:worker_threads');

if (node) {
  help(node.workerData as HelperData);
} else {
  self.onmessage = ({ data }: MessageEvent<HelperData>) => help(data);
}
