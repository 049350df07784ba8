/** Inputs of the forward kernel, read from a backend. */
export interface Problem {
  /** N, M and D. */
  readonly n: number;
  readonly m: number;
  readonly d: number;
  /** `[N, D]` and `[M, D]`, row by row. */
  readonly anchors: Float32Array;
  readonly candidates: Float32Array;
  readonly anchorLabels: Int32Array;
  readonly candidateLabels: Int32Array;
  readonly temperature: number;
  /** Candidate that is anchor 0, or -1. */
  readonly selfOffset: number;
  /** Whether the rows, the same on both sides, are to be scaled to length 1 first. */
  readonly unitRows?: boolean;
}

/** Inputs of the gradient kernel. */
export interface GradProblem extends Problem {
  /** `[6, N]` and `[6, M]`: nearestAll, relativeAll, nearestSame, relativeSame, dL/dA, dL/dB. */
  readonly anchorSums: Float32Array;
  readonly candidateSums: Float32Array;
  /** Distances of this batch that the forward kernel kept; empty if there are none. */
  readonly tiles?: Float32Array | undefined;
}

/** A temperature by which distances can be divided, and its inverse too is a float32. */
export function isUsable(temperature: number): boolean {
  return (
    temperature > 0 && Number.isFinite(temperature) && Number.isFinite(powerOfDistance(temperature))
  );
}

/** log2(e) / T as a float32: a distance times this is a power of two. */
export function powerOfDistance(temperature: number): number {
  return Math.fround(Math.LOG2E / temperature);
}

/** Whether the anchors are what the candidates hold from `selfOffset` on, labels and all. */
export function isBatchOfCandidates(problem: Problem): boolean {
  const { d, anchors, candidates, anchorLabels, candidateLabels, selfOffset } = problem;
  if (selfOffset < 0 || !isSlice(anchorLabels, candidateLabels, selfOffset)) return false;
  return anchors === candidates || isSlice(anchors, candidates, selfOffset * d);
}

/** Whether `part` is what `whole` holds from `start` on, bit for bit but for the sign of 0. */
export function isSlice(
  part: Float32Array | Int32Array,
  whole: Float32Array | Int32Array,
  start: number,
): boolean {
  for (let k = 0; k < part.length; k++) if (part[k] !== whole[start + k]) return false;
  return true;
}
