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
}

/** Inputs of the gradient kernel. */
export interface GradProblem extends Problem {
  /** `[4, N]` and `[4, M]`: A, B, dL/dA, dL/dB. */
  readonly anchorSums: Float32Array;
  readonly candidateSums: Float32Array;
}

/** A temperature by which distances can be divided. */
export function isUsable(temperature: number): boolean {
  return Number.isFinite(temperature) && temperature > 0;
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
