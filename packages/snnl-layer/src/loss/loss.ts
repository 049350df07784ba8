import {
  type Scalar,
  type Tensor,
  type Tensor1D,
  type TensorLike,
  tidy,
} from '@tensorflow/tfjs-core';
import { type KernelChoice, kernelRule } from '../operation/kernel-choice';
import { assertOptions, type OptionRules, rules } from '../options';
import { batchLoss } from './batch-loss';
import { type Memory, samplesOf } from './batch-options';
import { crossLoss } from './cross-loss';
import { type Distance, distanceRule, type Temperature, temperatureRule } from './distance';
import { type Group, groupRule } from './group';
import { type IgnoredClass, ignoredClassRule, type Labels } from './label-values';
import { assertLabelsFirst } from './labels';
import type { Reduction } from './loss-of-sums';
import { weightColumn } from './sample-weights';

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
  /**
   * The class of samples without a label, such as -1: they are neither anchors nor candidates. With it,
   * one-hot rows of zeros mean the same. Default: every sample has a label.
   */
  readonly ignoreClass?: IgnoredClass;
  /**
   * Processes whose batches are one batch, each with rows of its own; see {@link Group}. All of them call
   * the function, and differentiate it, in the same order. The value is this rank's part of the mean over
   * all anchors, so scaled that the mean over ranks, weighted by their rows, is the loss of the whole
   * batch, and so with gradients. Labels are class ids below 2^24 or rows. Not with `memory`,
   * `weights`, `stabilityEpsilon` or another `reduction` than `mean`. Default none.
   */
  readonly group?: Group;
  /**
   * Weights of the samples as anchors, `[batch]` or `[batch, 1]`, 0 or greater: `mean` is sum w_i loss_i
   * / sum w_i over the anchors that have a same-class candidate, 0 where these weigh nothing; `sum` and
   * `none` are of w_i loss_i. As candidates all samples count alike. No gradient flows to them. On a
   * device they are not read: a negative one makes the loss NaN. Default 1 each.
   */
  readonly weights?: Tensor | TensorLike;
  /** Past samples as further candidates. Default none. */
  readonly memory?: Memory;
  /**
   * Another set that gives the candidates instead of the batch, with a gradient for its features too: a
   * second view of the samples, a teacher's, or another kind of data. Not with `memory` or `group`. Give
   * it for both ways, and add, to treat both sets alike. Default: the batch against itself.
   */
  readonly references?: Memory;
  /** Default `auto`. */
  readonly kernel?: KernelChoice;
}

const RULES: OptionRules<SoftNearestNeighborLossOptions> = {
  temperature: rules.either(temperatureRule, rules.tensor),
  distance: distanceRule,
  reduction: rules.oneOf<Reduction>(['mean', 'sum', 'none']),
  stabilityEpsilon: rules.notNegative,
  ignoreClass: ignoredClassRule,
  group: groupRule,
  weights: {
    ...rules.any<Tensor | TensorLike>('a tensor or array of one number for each sample'),
    isType: (value): value is Tensor | TensorLike => typeof value === 'object' && value !== null,
  },
  memory: rules.object('an object { features, labels }'),
  references: rules.object('an object { features, labels }'),
  kernel: kernelRule,
};

const MEMORY_RULES: OptionRules<Memory> = {
  features: rules.required(rules.any('features of past samples')),
  labels: rules.required(rules.any('the class ids of its features')),
};

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
  assertOptions('softNearestNeighborLoss', options, RULES);
  const {
    temperature = 1,
    distance = 'cosine',
    reduction = 'mean',
    stabilityEpsilon = 0,
    ignoreClass,
    group,
    memory,
    references,
    weights,
    kernel = 'auto',
  } = options;
  if (memory !== undefined) assertOptions('memory', memory, MEMORY_RULES);
  if (references !== undefined) assertOptions('references', references, MEMORY_RULES);
  assertLabelsFirst(labels, features);
  const given = {
    temperature,
    distance,
    reduction,
    epsilon: stabilityEpsilon,
    ignoreClass,
    weights:
      weights === undefined
        ? undefined
        : () => weightColumn(weights, samplesOf(features), 'weights'),
    kernel,
  };
  if (references === undefined)
    return tidy(() => batchLoss(labels, features, { ...given, group, memory }));
  if (memory !== undefined || group !== undefined) {
    throw new Error(
      'Expected references without a memory and without a group, but got both. Put past samples beside ' +
        'the references: tf.concat([references, past]).',
    );
  }
  return tidy(() => crossLoss(labels, features, references, given));
}
