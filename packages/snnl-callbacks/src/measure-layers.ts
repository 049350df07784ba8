import { dispose, type Tensor, type TensorLike } from '@tensorflow/tfjs-core';
import { type NeighborEntanglementOptions, neighborEntanglement } from 'snnl-layer';
import type { ActivationReader } from './activations/activations';
import { isSoftNearestNeighbor } from './model-layers';
import type { LayerEntanglement } from './writers/writer';

export interface MeasureOptions {
  /**
   * T > 0 at which all layers are measured, or `layer` for the current temperature of each
   * SoftNearestNeighbor layer (1 for others). Default 1: a fixed one keeps epochs comparable while
   * the training temperature is annealed.
   */
  readonly temperature?: number | 'layer';
  /** Default: that of the layer for SoftNearestNeighbor layers, `cosine` for others. */
  readonly distance?: NeighborEntanglementOptions['distance'];
  /** Samples that go through the model at a time. Default 256. */
  readonly batchSize?: number;
  /** Anchors that are compared with all samples at a time. Default 1024. */
  readonly blockSize?: number;
}

/** How entangled each layer of `reader` is for the samples `x` with labels `y`. */
export async function measureLayers(
  reader: ActivationReader,
  x: Tensor | readonly Tensor[],
  y: Tensor | TensorLike,
  { temperature = 1, distance, batchSize = 256, blockSize = 1024 }: MeasureOptions,
): Promise<LayerEntanglement[]> {
  const activations = await reader.read(x, batchSize);
  try {
    const measured: LayerEntanglement[] = [];
    for (const { name, layer, features } of activations) {
      const own = isSoftNearestNeighbor(layer)
        ? layer
        : { temperature: 1, distance: 'cosine' as const };
      const entanglement = await neighborEntanglement(y, features, {
        temperature: temperature === 'layer' ? own.temperature : temperature,
        distance: distance ?? own.distance,
        blockSize,
      });
      measured.push({ layer: name, ...entanglement });
    }
    return measured;
  } finally {
    dispose(activations.map(({ features }) => features));
  }
}
