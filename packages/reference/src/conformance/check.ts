import type { KernelAdapter, OptionalKernel } from './adapter.js';

/** Allowed error besides what rounding to float32 alone can cause (see roundoff.ts). */
export interface Tolerance {
  /** Relative, on sums, mean distances and losses. */
  readonly loss: number;
  /** Relative in the Euclidean norm, on gradients. */
  readonly gradient: number;
  /** Why these numbers: a backend that states others says so here. */
  readonly reason: string;
}

export const defaultTolerance: Tolerance = {
  loss: 1e-4,
  gradient: 1e-3,
  reason: 'the bound that every backend promises to users (README, accuracy)',
};

export interface CheckContext {
  readonly adapter: KernelAdapter;
  readonly tolerance: Tolerance;
  /** Batches that fast-check draws for each property. */
  readonly runs: number;
}

/** One thing that a backend must do. `run` rejects with an Error that says what went wrong. */
export interface ConformanceCheck {
  readonly group: string;
  readonly name: string;
  /** Optional kernels that it is about: only for adapters that have one of them, which need all. */
  readonly needs?: readonly OptionalKernel[];
  run(context: CheckContext): Promise<void>;
}
