import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import {
  type DatasetEntanglement,
  type Distance,
  distanceRule,
  type IgnoredClass,
  ignoredClassRule,
  type KernelChoice,
  kernelRule,
  type Labels,
  neighborEntanglement,
  type OptionRules,
  rules,
  temperatureRule,
} from 'snnl-layer';
import type { ActivationReader, LayerActivations } from './activations';
import { isSoftNearestNeighbor } from './model-layers';
import { pace } from './pace';
import type { LayerEntanglement } from './writers/writer';

/** As in `predict`. */
export const DEFAULT_BATCH = 32;

/**
 * T at which layers are measured unless told otherwise. With cosine distances, which lie between 0 and
 * 2, classes that are apart have ratio 0 here; at T = 1 ten classes at right angles still have 0.63.
 */
export const DEFAULT_TEMPERATURE = 0.1;

/** How entanglement is measured. */
export interface MeasureOptions {
  /**
   * T > 0 at which all layers are measured, or `layer` for the current temperature of each
   * SoftNearestNeighbor layer (0.1 for others). Default 0.1: a fixed one keeps epochs comparable
   * while the training temperature is annealed, and at a low one separate classes come near 0.
   */
  readonly temperature?: number | 'layer';
  /** Default: that of the layer for SoftNearestNeighbor layers, `cosine` for others. */
  readonly distance?: Distance;
  /**
   * Samples that go through the model at a time. Default: the batch size of the training, which
   * holds a page up less than a training step does, at least 32.
   */
  readonly batchSize?: number;
  /**
   * Anchors that are compared with all samples at a time. Default: as many as keep a page
   * responsive on the cpu and wasm backends, 1024 on others.
   */
  readonly blockSize?: number;
  /**
   * The class of samples without a label, such as -1, which are left out. With it, one-hot rows of zeros
   * mean the same. Default: every sample has a label.
   */
  readonly ignoreClass?: IgnoredClass;
  /** Whether fused kernels measure; default that of the layer for SoftNearestNeighbor layers, else `auto`. */
  readonly kernel?: KernelChoice;
}

export const MEASURE_RULES: OptionRules<MeasureOptions> = {
  temperature: rules.either(temperatureRule, rules.oneOf<'layer'>(['layer'])),
  distance: distanceRule,
  batchSize: rules.integerFrom(1),
  blockSize: rules.integerFrom(1),
  ignoreClass: ignoredClassRule,
  kernel: kernelRule,
};

/** The distance in which a layer is measured. */
export function distanceOf(
  layer: LayerActivations['layer'],
  { distance }: MeasureOptions,
): Distance {
  return distance ?? (isSoftNearestNeighbor(layer) ? layer.distance : 'cosine');
}

/** The distance of neighbours and clusters: that by which a layer trains, if any. */
export const neighborDistanceOf = (layer: LayerActivations['layer']): Distance =>
  isSoftNearestNeighbor(layer) ? layer.distance : 'squaredEuclidean';

/** Read only where it is asked for: reading a learned one makes a graphics card wait. */
const ownTemperature = (layer: LayerActivations['layer']): number =>
  isSoftNearestNeighbor(layer) ? layer.temperature : DEFAULT_TEMPERATURE;

/** How entangled one layer is, measured as the options say. */
export function entanglementOf(
  { layer, features }: LayerActivations,
  y: Labels,
  options: MeasureOptions,
): Promise<DatasetEntanglement> {
  const { temperature = DEFAULT_TEMPERATURE, blockSize, ignoreClass } = options;
  return neighborEntanglement(y, features, {
    temperature: temperature === 'layer' ? ownTemperature(layer) : temperature,
    distance: distanceOf(layer, options),
    kernel: options.kernel ?? (isSoftNearestNeighbor(layer) ? layer.kernel : 'auto'),
    ...(blockSize === undefined ? {} : { blockSize }),
    ...(ignoreClass === undefined ? {} : { ignoreClass }),
  });
}

/** How entangled each layer of `reader` is for the samples `x` with labels `y`. */
export async function measureLayers(
  reader: ActivationReader,
  x: Tensor | readonly Tensor[],
  y: Labels,
  options: MeasureOptions,
): Promise<LayerEntanglement[]> {
  const activations = await reader.read(x, options.batchSize ?? DEFAULT_BATCH);
  try {
    const measured: LayerEntanglement[] = [];
    for (const activation of activations) {
      const entanglement = await entanglementOf(activation, y, options);
      measured.push({ layer: activation.name, ...entanglement });
      await pace.step();
    }
    return measured;
  } finally {
    dispose(activations.map(({ features }) => features));
  }
}
