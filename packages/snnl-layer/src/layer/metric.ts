import { add, addN, cast, div, equal, type Scalar, tidy } from '@tensorflow/tfjs-core';
import { temperatureScalar } from '../loss/distance';
import { type KernelChoice, kernelRule } from '../operation/kernel-choice';
import { assertOptions, describeValue, type OptionRules, rules } from '../options';
import type { Measured } from './captures';
import type { SoftNearestNeighbor } from './layer';
import type { LossOrMetricFunction } from './target-labels';

/** Options of {@link entanglement}. */
export interface EntanglementMetricOptions {
  /**
   * `loss` (default): the layer's soft nearest neighbour loss in nats, before `factor`. `ratio`:
   * the loss relative to that of equally far samples, 1 when fully entangled and 0 when apart;
   * 0 in a batch of one class. `temperature`: that of the layer, in the logs of an epoch its mean over
   * the batches.
   */
  readonly measure?: 'loss' | 'ratio' | 'temperature';
  /** Key in the logs; default the layer's name and `_entanglement`, or `_temperature` for that. */
  readonly name?: string;
  /**
   * Whether fused kernels measure; default that of the layer. In training, what measures the layer for
   * the objective has done so already.
   */
  readonly kernel?: KernelChoice;
}

type Measure = NonNullable<EntanglementMetricOptions['measure']>;

const RULES: OptionRules<EntanglementMetricOptions> = {
  measure: rules.oneOf<Measure>(['loss', 'ratio', 'temperature']),
  name: rules.text,
  kernel: kernelRule,
};

/**
 * A metric for `compile({metrics})` that shows how entangled a layer's features are, in training
 * and in validation, where `val_loss` leaves the layer's loss out.
 *
 * It appears in the logs and in History under its own name and with `val_`. In a model of several
 * outputs, attach it to one: `metrics: {output: entanglement(layer)}`. Labels are those of the
 * layer's second input, else the target that the metric is given, which also trains the layer.
 *
 * @param layer A layer of the model that is compiled.
 * @returns A metric with a scalar value: nats, for `ratio` without unit, or the temperature. A layer at
 *   several places gives the sum over them, or for `ratio` that of the losses over that of the chances.
 * @throws TypeError if it is no such layer; RangeError if `measure` or an option is unknown.
 * @throws Error while training or evaluating, if the layer did not run, or metrics of the layer are
 *   attached to outputs with different targets.
 */
export function entanglement(
  layer: SoftNearestNeighbor,
  options: EntanglementMetricOptions = {},
): LossOrMetricFunction {
  // Not by its class: there may be two copies of this package.
  if (typeof layer?.monitor !== 'function') {
    throw new TypeError(
      `Expected a SoftNearestNeighbor layer, but got ${describeValue(layer)}. Give the layer itself: ` +
        `entanglement(model.getLayer('code')).`,
    );
  }
  assertOptions('entanglement', options, RULES);
  const { measure = 'loss', kernel } = options;
  const suffix = measure === 'temperature' ? measure : 'entanglement';
  const { name = `${layer.name}_${suffix}` } = options;
  layer.monitor(measure === 'ratio');
  const metric: LossOrMetricFunction = (yTrue, yPred) =>
    tidy(() => {
      const places = layer.measure(yTrue, yPred, kernel);
      if (measure === 'temperature')
        return temperatureScalar((places as [Measured])[0].temperature);
      const loss = addN(places.map((place) => place.loss));
      if (measure === 'loss') return loss;
      const chance = addN(places.map((place) => place.chance as Scalar));
      return div(loss, add(chance, cast(equal(chance, 0), 'float32')));
    });
  return Object.defineProperty(metric, 'name', { value: name });
}
