import type { CompiledKernels } from './compiled';
import { instantiate, type KernelExports } from './exports';
import { startHelper } from './helpers';
import { Control } from './layout';
import { runTasks } from './tasks';
import {
  aloneTurns,
  failsFirst,
  failure,
  HelperLostError,
  messageOf,
  PATIENCE_MS,
  sharedTurns,
  waitFor,
} from './turns';

const PAGE_BYTES = 65536;
/** 4 GiB: all that 32-bit addresses reach. */
const MOST_PAGES = 65536;

/** The kernels, compiled and linked to a memory, with the threads that help. */
export class Runtime {
  readonly kernels: KernelExports;
  readonly memory: WebAssembly.Memory;
  private readonly helpers: (() => void)[] = [];

  constructor(private readonly compiled: CompiledKernels) {
    this.memory = createMemory(compiled.shared);
    this.kernels = instantiate(compiled.module, this.memory);
  }

  get helperCount(): number {
    return this.helpers.length;
  }

  /** Tasks that helpers have done so far. */
  get tasksHelped(): number {
    return Atomics.load(this.views().words, Control.helped);
  }

  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Views of the whole memory, good until it grows. */
  views(): { words: Int32Array; floats: Float32Array } {
    const { buffer } = this.memory;
    return { words: new Int32Array(buffer), floats: new Float32Array(buffer) };
  }

  /** Makes the memory at least `bytes` long. */
  reserve(bytes: number): void {
    const missing = Math.ceil((bytes - this.bytes) / PAGE_BYTES);
    if (missing <= 0) return;
    try {
      this.memory.grow(missing);
    } catch {
      throw new RangeError(
        `The fused WebAssembly kernels need ${Math.ceil(bytes / 2 ** 20)} MiB for this batch, but ` +
          `got only ${Math.floor(this.bytes / 2 ** 20)} MiB. Use fewer anchors at a time, or ` +
          `kernel: 'composed'.`,
      );
    }
  }

  /**
   * Runs the announced job on this thread and up to `threads` - 1 helpers.
   *
   * @throws Error if a helper has failed, with its message.
   * @throws HelperLostError if one is lost; it may still write, so the memory is of no more use.
   */
  run(threads: number): void {
    const { words } = this.views();
    if (threads <= 1 || !this.compiled.shared) {
      runTasks(this.kernels, words, aloneTurns(), 0);
      return;
    }
    while (this.helpers.length < threads - 1) {
      const thread = this.helpers.length + 1;
      this.helpers.push(startHelper({ module: this.compiled.module, memory: this.memory, thread }));
    }
    words[Control.next] = 0;
    words[Control.failed] = 0;
    Atomics.store(words, Control.open, 1);
    Atomics.add(words, Control.generation, 1);
    Atomics.notify(words, Control.generation);
    const turns = sharedTurns(words, (words[Control.turns] ?? 0) >>> 0, PATIENCE_MS);
    let own: { readonly error: unknown } | undefined;
    try {
      runTasks(this.kernels, words, turns, 0);
    } catch (error) {
      if (failsFirst(words)) own = { error };
    }
    Atomics.store(words, Control.open, 0);
    if (!(own?.error instanceof HelperLostError)) {
      waitFor(words, Control.joined, (joined) => joined === 0, PATIENCE_MS);
    }
    if (own) throw own.error;
    if (words[Control.failed] === 1) {
      throw new Error(
        `A helper thread of the fused WebAssembly kernels failed: ${failure(words)}. The next ` +
          'call starts anew; setCpuKernelThreads(1) does without helpers.',
      );
    }
  }

  /** Ends the helper threads. The runtime must not be used after that. */
  stop(): void {
    for (const stopHelper of this.helpers.splice(0)) stopHelper();
  }
}

function createMemory(shared: boolean): WebAssembly.Memory {
  // Where 4 GiB of addresses cannot be had, less may do.
  for (let maximum = MOST_PAGES; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: 2, maximum, shared });
    } catch (error) {
      if (maximum > 1024) continue;
      throw new RangeError(
        `The fused WebAssembly kernels got no memory to start with: ${messageOf(error)}. Give the ` +
          `process or page more, or use kernel: 'composed'.`,
      );
    }
  }
}
