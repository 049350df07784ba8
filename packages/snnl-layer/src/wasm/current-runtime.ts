import { Runtime } from './runtime';

/** Memory up to this is kept for the next batch however long that takes. */
const KEEP_BYTES = 64 * 2 ** 20;
/** A larger memory is given back after this long without a batch. */
const IDLE_MS = 10_000;

let current: Runtime | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Runs `use` with the one runtime of this process or page, made at the first call. */
export function withRuntime<Result>(use: (runtime: Runtime) => Result): Result {
  current ??= new Runtime();
  const runtime = current;
  try {
    return use(runtime);
  } catch (error) {
    // Its memory may be full, or a helper stuck: start afresh.
    releaseWasm();
    throw error;
  } finally {
    if (runtime.bytes > KEEP_BYTES) releaseWhenIdle();
  }
}

/** Gives back all memory and threads of the fused WebAssembly kernels; the next use starts anew. */
export function releaseWasm(): void {
  clearTimeout(timer);
  current?.stop();
  current = undefined;
}

function releaseWhenIdle(): void {
  clearTimeout(timer);
  timer = setTimeout(releaseWasm, IDLE_MS);
  // In Node a waiting timer must not keep the process alive.
  if (typeof timer === 'object') timer.unref();
}
