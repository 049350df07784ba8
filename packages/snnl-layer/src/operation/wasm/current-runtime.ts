import { type CompiledKernels, compileKernels } from './compiled';
import { goAlone } from './helpers';
import { processState } from './process-state';
import { Runtime } from './runtime';
import { HelperLostError } from './turns';

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
