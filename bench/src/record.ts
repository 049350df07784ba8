import type { Distance, KernelKind } from 'snnl-layer';
import type { Machine } from './machine';
import type { BackendName, Pass } from './options';
import type { Peak } from './peak-bytes';

/** One measurement: one line of `--json`, one row of the table. Times are medians in ms. */
export interface BenchRecord {
  readonly backend: BackendName;
  readonly n: number;
  readonly d: number;
  readonly pass: Pass;
  readonly distance: Distance;
  readonly temperature: number;
  /** Null where `plainSkipped` says why. */
  readonly plainMs: number | null;
  readonly plainSkipped: string | null;
  readonly oursMs: number;
  /** Of the eager code; null without `--peers`, as the next two. */
  readonly torchMs: number | null;
  readonly torchCompileMs: number | null;
  readonly jaxMs: number | null;
  /** plainMs / oursMs: how many times faster ours is. */
  readonly ratio: number | null;
  /** The quickest run of each contender that ran, by its name. */
  readonly bestMs: Readonly<Record<string, number>>;
  /** 4 N^2 D (forward 2 N^2 D) over oursMs, in 1e9 a second. */
  readonly oursGflops: number;
  readonly oursPeakBytes: number;
  readonly peakMeasure: Peak['measure'];
  readonly kernel: KernelKind;
  readonly repeats: number;
  readonly threads: number;
  readonly machine: Machine;
}

/** The multiplications and additions of the Gram product, and of its gradient, counted in full. */
export function flops(n: number, d: number, pass: Pass): number {
  return (pass === 'forward' ? 2 : 4) * n * n * d;
}
