import type { CompiledKernels } from './compiled';
import { instantiate, type KernelExports } from './exports';
import { startHelper } from './helpers';
import { Control } from './layout';
import { runTasks } from './tasks';
import { aloneTurns, sharedTurns, waitFor } from './turns';

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

  /** Runs the announced job on this thread and up to `threads` - 1 helpers. */
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
    Atomics.store(words, Control.open, 1);
    Atomics.add(words, Control.generation, 1);
    Atomics.notify(words, Control.generation);
    try {
      runTasks(this.kernels, words, sharedTurns(words, (words[Control.turns] ?? 0) >>> 0), 0);
    } catch (error) {
      Atomics.store(words, Control.failed, 1);
      throw error;
    } finally {
      Atomics.store(words, Control.open, 0);
      waitFor(words, Control.joined, (joined) => joined === 0);
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
      if (maximum <= 1024) throw error;
    }
  }
}
