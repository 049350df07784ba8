import {
  type Scalar,
  type Tensor,
  type Tensor1D,
  type TensorLike,
  tidy,
} from '@tensorflow/tfjs-core';
import { batchLoss, type Memory, type Reduction } from './batch-loss';
import { assertDistance, type Distance } from './distance';
import type { KernelChoice } from './kernel-choice';
import type { Labels } from './label-values';
import { assertLabelsFirst } from './labels';
import { assertOptions } from './options-object';
import type { Temperature } from './temperature';

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

/**
 * Soft nearest neighbour loss: how entangled the classes are in `features`.
 *
 * For anchor i, log sum_{j != i} exp(-d_ij / T) - log sum_{j != i, same class} exp(-d_ij / T): the
 * surprise, in nats, at the class of a neighbour drawn at temperature T. An anchor without a
 * same-class candidate has no loss: it is left out of `sum` and `mean`, and is 0 under `none`.
 *
 * @param labels Class ids or, in a plain array, names `[batch]` or `[batch, 1]`; or one-hot rows
 *   `[batch, classes]`, or probabilities, of which the largest entry counts.
 * @param features float32 `[batch, ...]`; trailing axes are flattened.
 * @returns Scalar in nats, >= 0; 0 where no anchor has a same-class candidate. With `reduction`
 *   `none`, one value per anchor `[batch]`. Differentiable in the features and the temperature.
 * @throws RangeError if `temperature` is not finite and positive, or an option is unknown.
 * @throws Error if labels are none as far as the CPU holds their values; if labels, features and
 *   memory do not fit together; or `kernel` is `fused` where the backend has no fused kernels.
 * @see docs/math.md eq. 3; Frosst, Papernot & Hinton 2019, arXiv:1902.01889, eq. 1.
 */
export function softNearestNeighborLoss(
  labels: Labels,
  features: Tensor | TensorLike,
  options: SoftNearestNeighborLossOptions & { readonly reduction: 'none' },
): Tensor1D;
export function softNearestNeighborLoss(
  labels: Labels,
  features: Tensor | TensorLike,
  options?: SoftNearestNeighborLossOptions & { readonly reduction?: 'mean' | 'sum' },
): Scalar;
export function softNearestNeighborLoss(
  labels: Labels,
  features: Tensor | TensorLike,
  options?: SoftNearestNeighborLossOptions,
): Tensor;
export function softNearestNeighborLoss(
  labels: Labels,
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
  assertLabelsFirst(labels, features);
  return tidy(() =>
    batchLoss(labels, features, {
      temperature,
      distance,
      reduction,
      epsilon: stabilityEpsilon,
      memory,
      kernel,
    }),
  );
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
