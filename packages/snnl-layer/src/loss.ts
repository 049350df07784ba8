import {
  add,
  div,
  exp,
  getBackend,
  log,
  maximum,
  mul,
  neg,
  type Scalar,
  scalar,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type TensorLike,
  tidy,
} from '@tensorflow/tfjs-core';
import { type AnchorTerms, anchorTerms, batchSums, type Memory } from './anchor-terms';
import { detach } from './detach';
import { assertDistance, type Distance } from './distance';
import { type KernelChoice, resolveKernel } from './kernel-choice';
import { assertOptions } from './options-object';
import { hasReducedLoss, reducedLoss } from './reduced-loss';
import type { Temperature } from './temperature';

/** `mean` over anchors that have a same-class candidate, their `sum`, or `none`: one per anchor. */
export type Reduction = 'mean' | 'sum' | 'none';

/** Options of {@link softNearestNeighborLoss}. */
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
  /** Past samples as further candidates. Default none. */
  readonly memory?: Memory;
  /** Default `auto`. */
  readonly kernel?: KernelChoice;
}

const OPTIONS = [
  'temperature',
  'distance',
  'reduction',
  'stabilityEpsilon',
  'memory',
  'kernel',
] satisfies (keyof SoftNearestNeighborLossOptions)[];

/** Per-anchor losses `[N]`, and what to divide their sum by for the mean. */
function anchorLosses(terms: AnchorTerms, epsilon: number): [Tensor1D, Tensor | number] {
  const { logSumAll, logSumSame, hasSame } = terms;
  if (epsilon === 0) {
    // Multiplying, not selecting, lets the NaN of a lone anchor through.
    const losses = mul<Tensor1D>(sub(logSumAll, logSumSame), hasSame);
    return [losses, detach(() => maximum(sum(hasSame), 1))];
  }
  const share = div<Tensor1D>(mul(exp(logSumSame), hasSame), add(exp(logSumAll), epsilon));
  return [neg(log(add<Tensor1D>(share, epsilon))), Math.max(hasSame.size, 1)];
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
 * @throws Error if labels, features and memory do not fit together, or `kernel` is `fused` where the
 *   backend has no fused kernels.
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
  options: SoftNearestNeighborLossOptions = {},
): Tensor {
  assertOptions('softNearestNeighborLoss', options, OPTIONS);
  const {
    temperature = 1,
    distance = 'cosine',
    reduction = 'mean',
    stabilityEpsilon = 0,
    memory,
    kernel = 'auto',
  } = options;
  assertDistance(distance);
  assertReduction(reduction);
  assertEpsilon(stabilityEpsilon);
  return tidy(() => {
    const batch = batchSums(labels, features, { temperature, distance, memory, kernel });
    const isSum = reduction !== 'none' && stabilityEpsilon === 0 && batch.sums.size > 0;
    if (isSum && hasReducedLoss() && resolveKernel(kernel, getBackend()) === 'fused') {
      return reducedLoss(batch.sums, reduction);
    }
    const terms = anchorTerms(batch);
    const [losses, count] = anchorLosses(terms, stabilityEpsilon);
    if (reduction === 'none') return losses;
    // Some backends sum no values to what the memory held before.
    if (losses.size === 0) return scalar(0);
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
