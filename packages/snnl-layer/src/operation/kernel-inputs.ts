import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** Inputs of the kernel `SnnlNeighborLogSums`. */
export interface NeighborLogSumsInputs {
  /** float32 `[N, D]` */
  readonly anchors: Tensor2D;
  /** float32 `[M, D]` */
  readonly candidates: Tensor2D;
  /** int32 `[N]` */
  readonly anchorLabels: Tensor1D;
  /** int32 `[M]` */
  readonly candidateLabels: Tensor1D;
  /** float32 scalar, > 0; squared Euclidean distances are divided by it. */
  readonly temperature: Scalar;
}

/** Inputs of the kernel `SnnlNeighborLogSumsGrad`. */
export interface NeighborLogSumsGradInputs extends NeighborLogSumsInputs {
  /**
   * float32 `[6, N]`: rows 5 to 8 of the output of `SnnlNeighborLogSums` (nearest distance and
   * relative log-sum, of all and of the class), then dL/dA and dL/dB. A weight is
   * exp((nearest - d_ij) / T - relative), with d_ij to the bit as in the forward kernel, and no
   * more than 1.
   */
  readonly anchorSums: Tensor2D;
  /** float32 `[6, M]`: the same of each candidate as an anchor; zeros where it is none. */
  readonly candidateSums: Tensor2D;
}

/** @throws Error if a tensor has been disposed of. */
export function assertAlive(tensor: Tensor, name: string): void {
  if (!tensor.isDisposed) return;
  throw new Error(
    `Expected ${name} to be a tensor that is still there, but got one that has been disposed of. Use ` +
      'it inside the tidy that makes it, or tf.keep it.',
  );
}

/**
 * Checks shapes, types and `selfOffset` of the operation.
 *
 * @throws Error that names the input; RangeError for `selfOffset`.
 */
export function assertKernelInputs(inputs: NeighborLogSumsInputs, selfOffset: number): void {
  const { anchors, candidates, anchorLabels, candidateLabels, temperature } = inputs;
  for (const [name, tensor, rank, dtype] of [
    ['anchors', anchors, 2, 'float32'],
    ['candidates', candidates, 2, 'float32'],
    ['anchorLabels', anchorLabels, 1, 'int32'],
    ['candidateLabels', candidateLabels, 1, 'int32'],
    ['temperature', temperature, 0, 'float32'],
  ] as const) {
    assertAlive(tensor, name);
    if (tensor.rank !== rank || tensor.dtype !== dtype) {
      throw new Error(
        `Expected ${name} to be a ${dtype} tensor of rank ${rank}, but got ${tensor.dtype} ` +
          `of shape [${tensor.shape}].`,
      );
    }
  }
  const [n, d] = anchors.shape;
  const [m, candidateWidth] = candidates.shape;
  if (d !== candidateWidth) {
    throw new Error(
      `Expected anchors and candidates to have equally many features, but got ${d} and ` +
        `${candidateWidth}.`,
    );
  }
  for (const [name, labels, rows] of [
    ['anchorLabels', anchorLabels, n],
    ['candidateLabels', candidateLabels, m],
  ] as const) {
    if (labels.shape[0] !== rows) {
      throw new Error(
        `Expected ${name} to hold one label a row, ${rows}, but got ${labels.shape[0]}.`,
      );
    }
  }
  if (!Number.isInteger(selfOffset) || selfOffset < -1 || (selfOffset >= 0 && selfOffset + n > m)) {
    const range =
      m < n
        ? `-1, since ${n} anchors cannot lie among ${m} candidates`
        : `-1, or from 0 to ${m - n} so that the ${n} anchors lie among the ${m} candidates`;
    throw new RangeError(`Expected selfOffset to be ${range}, but got ${selfOffset}.`);
  }
}
