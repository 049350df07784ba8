import { processState } from '../process-state';
import { type CompiledKernels, compileKernels } from './builds';
import { Control, instantiate, type KernelExports } from './layout';
import {
  aloneTurns,
  failsFirst,
  failure,
  HelperLostError,
  messageOf,
  PATIENCE_MS,
  runTasks,
  sharedTurns,
  waitFor,
} from './tasks';
import { goAlone, startHelper } from './threads';

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

/** Memory up to this is kept for the next batch however long that takes. */
const KEEP_BYTES = 64 * 2 ** 20;
/** A larger memory is given back after this long without a batch. */
const IDLE_MS = 10_000;

let compiled: CompiledKernels | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** The kernels this process or page uses; compiled at the first call, unless `kernels` are given. */
export function useKernels(kernels?: CompiledKernels): CompiledKernels {
  if (kernels) {
    releaseCpuKernels();
    compiled = kernels;
  }
  compiled ??= compileKernels();
  return compiled;
}

/**
 * Runs `use` with the one runtime of this process or page, made at the first call. Where a helper
 * thread is lost, `use` runs once more, on this thread alone.
 */
export function withRuntime<Result>(use: (runtime: Runtime) => Result): Result {
  const runtime = currentRuntime();
  try {
    return use(runtime);
  } catch (error) {
    // Its memory may be full, or a helper stuck: start afresh.
    releaseCpuKernels();
    if (!(error instanceof HelperLostError)) throw error;
    goAlone(error.message);
    return use(currentRuntime());
  } finally {
    if (runtime.bytes > KEEP_BYTES) releaseWhenIdle();
  }
}

function currentRuntime(): Runtime {
  const state = processState();
  if (state.runtime instanceof Runtime) return state.runtime;
  // Of another copy of this package, perhaps another version: its memory may be laid out otherwise.
  releaseCpuKernels();
  const runtime = new Runtime(useKernels());
  state.runtime = runtime;
  return runtime;
}

/**
 * Gives back the memory and the threads of the fused CPU kernels; their next use starts anew.
 *
 * More than 64 MiB are given back without that after 10 seconds without a batch.
 */
export function releaseCpuKernels(): void {
  clearTimeout(timer);
  const state = processState();
  state.runtime?.stop();
  state.runtime = undefined;
}

function releaseWhenIdle(): void {
  clearTimeout(timer);
  timer = setTimeout(releaseCpuKernels, IDLE_MS);
  // In Node a waiting timer must not keep the process alive.
  if (typeof timer === 'object') timer.unref();
}
