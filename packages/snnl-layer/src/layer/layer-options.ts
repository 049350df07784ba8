import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import type { layers, Shape } from '@tensorflow/tfjs-layers';
import { type Distance, distanceRule, temperatureRule } from '../loss/distance';
import { type Group, groupRule } from '../loss/group';
import { type IgnoredClass, ignoredClassRule } from '../loss/label-values';
import { type ClassWeight, classWeightRule } from '../loss/sample-weights';
import { type KernelChoice, kernelRule } from '../operation/kernel-choice';
import { assertOptions, type OptionRules, type Rule, rules } from '../options';

/** The options that every layer of tfjs has. */
export type LayerArgs = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/**
 * Options of {@link softNearestNeighbor}, beside those of every tfjs layer: `name`, `trainable`, and
 * `inputShape` or `batchInputShape`, `batchSize` and `dtype` where it is the first of a sequential
 * model.
 */
export interface SoftNearestNeighborOptions extends LayerArgs {
  /**
   * Weight of the loss in the training objective. Greater than 0 pulls classes apart; less than 0
   * entangles them; 0 only measures. Default 1.
   */
  readonly factor?: number;
  /** T > 0, in units of the distance; the initial value where it is learned. Default 1. */
  readonly temperature?: number;
  /**
   * Learns log T with the model's weights. It always descends the loss, also when `factor` is
   * negative (Frosst, Papernot & Hinton 2019, eq. 3). Default false.
   */
  readonly learnTemperature?: boolean;
  /**
   * How fast a learned temperature moves: log T is so many times the weight that is learned. Steps of
   * Adam in log T grow with the rate, those of gradient descent with its square. Default 5.
   */
  readonly temperatureRate?: number;
  /**
   * The least temperature, which a learned one does not go below; null for none. Default: a hundredth of
   * `temperature` where it is learned, else none.
   */
  readonly minTemperature?: number | null;
  /** The greatest temperature, in the same way. Default: a hundred times `temperature`. */
  readonly maxTemperature?: number | null;
  /**
   * The class of samples without a label, such as -1, which train by the other losses alone. With it,
   * one-hot rows of zeros mean the same. Default: every sample has a label.
   */
  readonly ignoreClass?: IgnoredClass | null;
  /**
   * Weights of classes, by id: `{ 3: 10 }` counts each sample of class 3 ten times as an anchor, the others
   * once. The loss is sum w_i loss_i / sum w_i, also in the metric. `classWeight` of `fit` reaches the
   * compiled loss alone. Default none.
   */
  readonly classWeight?: ClassWeight | null;
  /** Default `cosine`. */
  readonly distance?: Distance;
  /** Only this many leading features of each sample count. Default: all. */
  readonly units?: number | null;
  /**
   * Processes whose batches are one batch in training; see {@link Group}. It is no part of the layer's
   * config. Default none.
   */
  readonly group?: Group;
  /**
   * The layer is the last of its model, and the target may be of any width: tfjs refuses one that is not
   * as wide as the output. See {@link labelsOnly}. Default false.
   */
  readonly anyTarget?: boolean;
  /** Whether fused kernels measure the layer; see {@link KernelChoice}. Default `auto`. */
  readonly kernel?: KernelChoice;
}

const shape: Rule<Shape> = {
  ...rules.object<Shape>('an array of sizes, null for one that may vary'),
  allows: (sizes) =>
    Array.isArray(sizes) && sizes.every((size) => size === null || Number.isInteger(size)),
};
const dtype = rules.oneOf<DataType>(['float32', 'int32', 'bool', 'complex64', 'string']);

/** Those of this layer alone. */
export type OwnOptions = Omit<SoftNearestNeighborOptions, keyof LayerArgs>;

export const OWN_RULES: OptionRules<OwnOptions> = {
  factor: rules.finite,
  temperature: temperatureRule,
  learnTemperature: rules.flag,
  temperatureRate: rules.positive,
  minTemperature: rules.orNull(temperatureRule),
  maxTemperature: rules.orNull(temperatureRule),
  ignoreClass: rules.orNull(ignoredClassRule),
  classWeight: rules.orNull(classWeightRule),
  distance: distanceRule,
  units: rules.orNull(rules.integerFrom(1)),
  group: groupRule,
  anyTarget: rules.flag,
  kernel: kernelRule,
};

/** Those of every layer. */
export const LAYER_RULES: OptionRules<LayerArgs> = {
  name: rules.text,
  trainable: rules.flag,
  inputShape: shape,
  batchInputShape: shape,
  batchSize: rules.integerFrom(1),
  dtype,
  inputDType: dtype,
  weights: rules.object<Tensor[]>('an array of tensors'),
};

const RULES: OptionRules<SoftNearestNeighborOptions> = { ...OWN_RULES, ...LAYER_RULES };

/** The options with defaults; throws on one that is unknown or has a value that is not allowed. */
export function checkedOptions(options: SoftNearestNeighborOptions) {
  assertOptions('softNearestNeighbor', options, RULES);
  const {
    factor = 1,
    temperature = 1,
    learnTemperature = false,
    temperatureRate = 5,
    ignoreClass = null,
    classWeight = null,
    distance = 'cosine',
    units = null,
    anyTarget = false,
    kernel = 'auto',
  } = options;
  return {
    ...options,
    factor,
    temperature,
    learnTemperature,
    temperatureRate,
    ignoreClass,
    classWeight,
    distance,
    units,
    anyTarget,
    kernel,
  };
}
