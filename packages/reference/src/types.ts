/** Rows of equal length: `[rows][columns]`. */
export type Matrix = readonly (readonly number[])[];

/** Inputs of the two kernels as plain numbers (docs/math.md, eq. 1 to 5). */
export interface NeighborProblem {
  /** `[N, D]` */
  readonly anchors: Matrix;
  /** `[M, D]` */
  readonly candidates: Matrix;
  /** Class ids `[N]`; `MISSING_LABEL` for none. */
  readonly anchorLabels: readonly number[];
  /** Class ids `[M]`; `MISSING_LABEL` for none. */
  readonly candidateLabels: readonly number[];
  readonly temperature: number;
  /** Candidate index of anchor 0, or -1 where the two sets are disjoint. */
  readonly selfOffset: number;
}

/**
 * Output of the forward kernel, nine rows of `[N]`. The last four are the references of the two
 * log-sums: the nearest distance d*, and the log-sum relative to it, log sum exp(-(d - d*) / T).
 */
export type NeighborLogSums = [
  logSumAll: number[],
  logSumSame: number[],
  meanDistanceAll: number[],
  meanDistanceSame: number[],
  sameCount: number[],
  nearestAll: number[],
  relativeAll: number[],
  nearestSame: number[],
  relativeSame: number[],
];

/** The references of each sample with the upstream gradients a = dL/dA and b = dL/dB, six rows. */
export type SumsWithUpstream = readonly [
  nearestAll: readonly number[],
  relativeAll: readonly number[],
  nearestSame: readonly number[],
  relativeSame: readonly number[],
  upstreamAll: readonly number[],
  upstreamSame: readonly number[],
];

/** Inputs of the gradient kernel as plain numbers (docs/math.md, eq. 5). */
export interface NeighborGradProblem extends NeighborProblem {
  /** `[6, N]` */
  readonly anchorSums: SumsWithUpstream;
  /** `[6, M]`, all zeros for a candidate that is no anchor. */
  readonly candidateSums: SumsWithUpstream;
}
