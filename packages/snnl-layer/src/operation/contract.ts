/**
 * The contract of the kernels: what a backend registers, under global tfjs kernel names, to be fast.
 *
 * One operation stands behind every loss here: log-sum-exps of N anchors over M candidates, and the
 * gradient of that. A backend that has both kernels is `fused`, any other runs them `composed`:
 *
 * - `SnnlNeighborLogSums`: {@link NeighborLogSumsInputs} to sums `[9, N]`, equations 1, 2 and 6.
 * - `SnnlNeighborLogSumsGrad`: {@link NeighborLogSumsGradInputs} to `[N, D]`, equation 5.
 *
 * Attributes of both: `selfOffset`, candidate `selfOffset + i` is anchor i, and that pair is left out; -1
 * where the sets share no sample. `oneBatch`: the caller's word that they are the same in all, features,
 * label and, in the gradient, sums, so that a kernel may read either and work off a pair of anchors once
 * for both. Anchors and candidates come apart, with labels and sums of their own: so the same two serve
 * a batch against itself, a batch beside a memory, a data set in blocks, and the candidates of another
 * process.
 *
 * Rows of the sums `[9, N]`; those of the class are 0 for a lone anchor, all are without a candidate:
 *
 *     0 logSumAll         1 logSumSame          log-sum-exps A and B of -d / T, in nats
 *     2 meanDistanceAll   3 meanDistanceSame    mean squared distances under these softmaxes
 *     4 sameCount                               candidates of the anchor's class
 *     5 nearestAll        7 nearestSame         squared distance d* of the nearest candidate
 *     6 relativeAll       8 relativeSame        log-sum-exps of (d* - d) / T, from 0 to log M
 *
 * Rows 5 to 8 are the references, of which weights and losses are made: a log-sum itself, relative
 * less d* / T, has lost whole nats to rounding where it is large. Rows of anchorSums and candidateSums
 * `[6, *]`: nearestAll, relativeAll, nearestSame, relativeSame, and the upstream gradients a = dL/dA
 * and b = dL/dB.
 *
 * A sample whose label is {@link MISSING_LABEL} has none: it is neither anchor nor candidate, whatever
 * its features hold. Its sums and its gradient are 0.
 *
 * Optional kernels change no value, and save kernel calls or passes over memory:
 *
 * - `SnnlUnitRows` and `SnnlUnitRowsGrad`, both or neither: some twenty core ops of the cosine distance.
 * - `SnnlReducedLoss` and `SnnlLossAnchorSums`, both or neither: some dozen, from sums to loss and back.
 * - `SnnlAnchorSums`: the three that join what the gradient takes.
 * - `SnnlBatchLoss` and `SnnlBatchLossGrad`, both or neither: all of the above, for a batch against
 *   itself. In a training step on a small batch calls and passes cost more than pairs.
 * - `SnnlCrossLogSums`: half of the pairs of a data set, as each counts for both of its samples.
 *
 * A backend whose kernels cannot take every problem says so before they run:
 * {@link LimitedKernelConfig.obstacle}.
 *
 * @see docs/adding-a-backend.md for what must hold at the edges; docs/math.md for the equations.
 */
import type { KernelConfig, Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** Global tfjs kernel name of the value: the first of the two that a backend may register. */
export const NEIGHBOR_LOG_SUMS = 'SnnlNeighborLogSums';
/** Global tfjs kernel name of the gradient, equation 5. */
export const NEIGHBOR_LOG_SUMS_GRAD = 'SnnlNeighborLogSumsGrad';

/** The id of a sample without a label, int32's least. */
export const MISSING_LABEL = -(2 ** 31);

/** Whether an id is that of a class. */
export const isLabelled = (id: number): boolean => id !== MISSING_LABEL;

/** Rows scaled to length 1, and the gradient of that; a backend may have them. */
export const UNIT_ROWS = 'SnnlUnitRows';
/** The gradient of {@link UNIT_ROWS}. */
export const UNIT_ROWS_GRAD = 'SnnlUnitRowsGrad';

/**
 * The loss of all anchors; a backend may have it, with the next. Inputs: the output of
 * {@link NEIGHBOR_LOG_SUMS} `[9, N]`, temperature; attr `mean`. Output []: the sum of equation 3 from the
 * references, over the anchors that are not lone, over their number if `mean`.
 */
export const REDUCED_LOSS = 'SnnlReducedLoss';
/**
 * The gradient of {@link REDUCED_LOSS} as {@link NEIGHBOR_LOG_SUMS_GRAD} takes it. Inputs: sums `[9, N]`,
 * dy []; attr `mean`. Output `[6, N]`.
 */
export const LOSS_ANCHOR_SUMS = 'SnnlLossAnchorSums';
/**
 * What {@link NEIGHBOR_LOG_SUMS_GRAD} takes from the value and its gradient; a backend may have it.
 * Inputs: sums and dy `[9, N]`. Output `[6, N]`: rows 5 to 8 of sums, rows 0 and 1 of dy.
 */
export const ANCHOR_SUMS = 'SnnlAnchorSums';

/**
 * The loss of a batch against itself from its features, in one; a backend may have it, with the next, for
 * a training step, in which every kernel and every pass over the features counts. Inputs: features
 * `[N, D]`, labels int32 `[N]`, temperature []; attrs `cosine`: rows are scaled to length 1 first, and
 * the temperature is that of their squared Euclidean distances; `mean`. Outputs: the loss [], as
 * {@link REDUCED_LOSS}; the sums `[9, N]`; and, if the kernel likes, a residual `[R]` for its gradient.
 */
export const BATCH_LOSS = 'SnnlBatchLoss';
/**
 * The gradient of {@link BATCH_LOSS}. Inputs: those, sums, residual if there is one, dy []; the same
 * attrs. Output `[N, D]`: for the features as given.
 */
export const BATCH_LOSS_GRAD = 'SnnlBatchLossGrad';

/**
 * {@link NEIGHBOR_LOG_SUMS} of two sets at once, each pair worked off for both; a backend may have it.
 * The inputs are the same, of sets that share no sample. Output float32 `[9, N + M]`: the sums of the
 * anchors over the candidates, then those of the candidates over the anchors.
 */
export const CROSS_LOG_SUMS = 'SnnlCrossLogSums';

/** Rows of the `[9, N]` output of {@link NEIGHBOR_LOG_SUMS}. */
export const LOG_SUM_ALL = 0;
export const LOG_SUM_SAME = 1;
/** @public Named with the rows beside it. */
export const MEAN_DISTANCE_ALL = 2;
/** @public Named with the rows beside it. */
export const MEAN_DISTANCE_SAME = 3;
export const SAME_COUNT = 4;
/** The first of the references, which end with the rows. */
export const NEAREST_ALL = 5;
export const RELATIVE_ALL = 6;
export const NEAREST_SAME = 7;
export const RELATIVE_SAME = 8;

/** Inputs of the kernel `SnnlNeighborLogSums`. */
export interface NeighborLogSumsInputs {
  /** float32 `[N, D]` */
  readonly anchors: Tensor2D;
  /** float32 `[M, D]` */
  readonly candidates: Tensor2D;
  /** int32 `[N]`; {@link MISSING_LABEL} for none. */
  readonly anchorLabels: Tensor1D;
  /** int32 `[M]`; {@link MISSING_LABEL} for none. */
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

/** Attributes of both kernels. */
export interface NeighborLogSumsAttrs {
  /** Index of anchor 0 among the candidates, or -1. */
  readonly selfOffset: number;
  /** Whether the anchors are those candidates, with the same labels and sums; only with an index. */
  readonly oneBatch: boolean;
}

/** How large a problem is. */
export interface ProblemSize {
  /** N */
  readonly anchors: number;
  /** M; the batch itself and its memory, where there is one. */
  readonly candidates: number;
  /** D */
  readonly features: number;
}

/** How a backend registers `SnnlNeighborLogSums` where its kernels cannot take every problem. */
export interface LimitedKernelConfig extends KernelConfig {
  /** Why the kernels cannot take a problem, in words; undefined where they can. Asked before one runs. */
  obstacle(size: ProblemSize): string | undefined;
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
