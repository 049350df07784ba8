import type { KernelBuild } from './wasm/builds';

/**
 * What all copies of this package in a process share: it may be loaded as ESM and as CommonJS, or in
 * two versions, and the kernels of one of them serve all.
 */
export interface ProcessState {
  /** Most threads asked for. */
  threadLimit?: number;
  /** Whether helper threads have failed, so that none is used. */
  alone?: boolean;
  /** The memory and threads in use, of whichever copy runs the kernels. */
  runtime?: { stop(): void } | undefined;
  /** Most threads that a call may use; set with the next. */
  threads?: () => number;
  /** Set once kernels have been registered. */
  build?: KernelBuild;
  /** Why kernels could not be registered, and when, as of `performance.now()`. */
  failure?: { readonly reason: string; readonly at: number } | undefined;
  /** What was reported of the kernels of other backends, by their names. */
  reports?: Map<string, { readonly fused: boolean; readonly reason: string }>;
}

/** The number is for another meaning of a field; new fields need none, as all may be absent. */
const STATE = Symbol.for('snnl-layer/cpu-kernels/1');

export function processState(): ProcessState {
  const store = globalThis as typeof globalThis & { [STATE]?: ProcessState };
  store[STATE] ??= {};
  return store[STATE];
}
