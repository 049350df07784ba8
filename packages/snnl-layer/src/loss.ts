import {
  add,
  cast,
  concat,
  div,
  exp,
  greater,
  log,
  maximum,
  mul,
  neg,
  reshape,
  type Scalar,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type TensorLike,
  tidy,
} from '@tensorflow/tfjs-core';
import { detach } from './detach';
import { assertDistance, type Distance, embed, embedTemperature } from './distance';
import { featureRows } from './features';
import type { KernelChoice } from './kernel-choice';
import { LOG_SUM_ALL, LOG_SUM_SAME, SAME_COUNT } from './kernel-names';
import { classIds } from './labels';
import { neighborLogSums } from './neighbor-log-sums';
import { type Temperature, temperatureScalar } from './temperature';

/** Past samples that stand beside the batch as further candidates and get no gradient. */
export interface Memory {
  /** float32 `[samples, ...]`, as wide as the batch's features when flattened. */
  readonly features: Tensor | TensorLike;
  /** As the labels of the loss, one a sample. */
  readonly labels: Tensor | TensorLike;
}

/** `mean` over anchors that have a same-class candidate, their `sum`, or `none`: one per anchor. */
export type Reduction = 'mean' | 'sum' | 'none';

export interface SoftNearestNeighborLossOptions {
  /** T > 0: the scale on which samples count as neighbours, in units of the distance. Default 1. */
  readonly temperature?: Temperature;
  /** Default `cosine`. */
  readonly distance?: Distance;
  /** Default `mean`. */
  readonly reduction?: Reduction;
  /**
   * 0 (default) is the exact loss. Greater reproduces, for comparisons, the published code that
   * adds this number inside its division and logarithm: -log(exp(B) / (exp(A) + eps) + eps), over
   * all anchors, lone ones included.
   */
  readonly stabilityEpsilon?: number;
  readonly memory?: Memory;
  /** Default `auto`. */
  readonly kernel?: KernelChoice;
}

/** Candidates and their labels: the batch itself, then the memory. */
function withMemory(x: Tensor2D, ids: Tensor1D, memory: Memory | undefined, distance: Distance) {
  if (memory === undefined) return { candidates: x, candidateLabels: ids };
  const past = featureRows(memory.features, 'memory.features');
  if (past.shape[1] !== x.shape[1]) {
    throw new Error(
      `Expected memory.features to have ${x.shape[1]} features a sample, as the batch has, but ` +
        `got ${past.shape[1]}.`,
    );
  }
  const pastIds = classIds(memory.labels, past.shape[0], 'memory.labels');
  return {
    candidates: concat([x, embed(past, distance)], 0),
    candidateLabels: concat([ids, pastIds]),
  };
}

/** The loss of each anchor `[N]`, and what to divide their sum by for the mean. */
function anchorLosses(sums: Tensor2D, epsilon: number): [losses: Tensor1D, count: Tensor | number] {
  const n = sums.shape[1];
  const row = (index: number): Tensor1D => reshape(slice(sums, [index, 0], [1, n]), [n]);
  const all = row(LOG_SUM_ALL);
  const same = row(LOG_SUM_SAME);
  const hasSame = detach(() => cast<Tensor1D>(greater(row(SAME_COUNT), 0), 'float32'));
  if (epsilon === 0) {
    // Multiplying, not selecting, lets the NaN of a lone anchor through.
    return [mul<Tensor1D>(sub(all, same), hasSame), detach(() => maximum(sum(hasSame), 1))];
  }
  const share = div<Tensor1D>(mul(exp(same), hasSame), add(exp(all), epsilon));
  return [neg(log(add<Tensor1D>(share, epsilon))), Math.max(n, 1)];
}

/**
 * Soft nearest neighbour loss: how entangled the classes are in `features`.
 *
 * For anchor i, log sum_{j != i} exp(-d_ij / T) - log sum_{j != i, same class} exp(-d_ij / T): the
 * surprise, in nats, at the class of a neighbour drawn at temperature T. An anchor without a
 * same-class candidate has no loss: it is left out of `sum` and `mean`, and is 0 under `none`.
 *
 * @param labels Class ids `[batch]` or `[batch, 1]`, or one-hot rows `[batch, classes]`.
 * @param features float32 `[batch, ...]`; trailing axes are flattened.
 * @returns Scalar in nats, >= 0; 0 where no anchor has a same-class candidate. With `reduction`
 *   `none`, one value per anchor `[batch]`. Differentiable in the features and the temperature.
 * @throws RangeError if `temperature` is not finite and positive, or an option is unknown.
 * @throws Error if labels, features and memory do not fit together.
 * @see docs/math.md eq. 3; Frosst, Papernot & Hinton 2019, arXiv:1902.01889, eq. 1.
 */
export function softNearestNeighborLoss(
  labels: Tensor | TensorLike,
  features: Tensor | TensorLike,
  options: SoftNearestNeighborLossOptions & { readonly reduction: 'none' },
): Tensor1D;
export function softNearestNeighborLoss(
  labels: Tensor | TensorLike,
  features: Tensor | TensorLike,
  options?: SoftNearestNeighborLossOptions & { readonly reduction?: 'mean' | 'sum' },
): Scalar;
export function softNearestNeighborLoss(
  labels: Tensor | TensorLike,
  features: Tensor | TensorLike,
  options?: SoftNearestNeighborLossOptions,
): Tensor;
export function softNearestNeighborLoss(
  labels: Tensor | TensorLike,
  features: Tensor | TensorLike,
  {
    temperature = 1,
    distance = 'cosine',
    reduction = 'mean',
    stabilityEpsilon = 0,
    memory,
    kernel = 'auto',
  }: SoftNearestNeighborLossOptions = {},
): Tensor {
  assertDistance(distance);
  assertReduction(reduction);
  assertEpsilon(stabilityEpsilon);
  return tidy(() => {
    const rows = featureRows(features, 'features');
    const ids = classIds(labels, rows.shape[0]);
    const anchors = embed(rows, distance);
    const sums = neighborLogSums(
      {
        anchors,
        anchorLabels: ids,
        ...withMemory(anchors, ids, memory, distance),
        temperature: embedTemperature(temperatureScalar(temperature), distance),
      },
      { selfOffset: 0, kernel },
    );
    const [losses, count] = anchorLosses(sums, stabilityEpsilon);
    if (reduction === 'none') return losses;
    return reduction === 'sum' ? sum(losses) : div(sum(losses), count);
  });
}

function assertReduction(reduction: Reduction): void {
  if (reduction !== 'mean' && reduction !== 'sum' && reduction !== 'none') {
    throw new RangeError(
      `Expected reduction to be 'mean', 'sum' or 'none', but got ${JSON.stringify(reduction)}.`,
    );
  }
}

function assertEpsilon(epsilon: number): void {
  if (!(epsilon >= 0 && epsilon < Infinity)) {
    throw new RangeError(
      `Expected stabilityEpsilon to be a finite number, 0 or greater, but got ${epsilon}.`,
    );
  }
}
