import {
  initializers,
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { type SoftNearestNeighbor, softNearestNeighbor, stripEntanglement } from 'snnl-layer';

export interface AutoencoderOptions {
  /** Pixels of an image. */
  readonly inputSize: number;
  /** Units of the encoder's hidden layers; the decoder mirrors them. */
  readonly hidden: readonly number[];
  /** Units of the code. */
  readonly code: number;
  /** Fixes the initial weights. */
  readonly seed: number;
  /** Weight of each soft nearest neighbour loss; null for an autoencoder without it. */
  readonly factor: number | null;
}

export interface Autoencoder {
  /** Trains on `image`, and with a factor also on `label`; puts out the reconstruction. */
  readonly trainable: LayersModel;
  /** From images to `[reconstruction, ...encoder layers]`, sharing the weights. */
  readonly inspected: LayersModel;
  /** Names of the encoder's layers, hidden ones first and the code last. */
  readonly layerNames: readonly string[];
  /** One for each encoder layer, in that order; none without a factor. */
  readonly snnlLayers: readonly SoftNearestNeighbor[];
}

/**
 * A dense autoencoder: relu hidden layers, a linear code, sigmoid pixels. With a factor, a soft
 * nearest neighbour loss stands behind each encoder layer. The same seed gives the same initial
 * weights with and without.
 */
export function autoencoder({
  inputSize,
  hidden,
  code,
  seed,
  factor,
}: AutoencoderOptions): Autoencoder {
  let layerSeed = 1000 * seed;
  const dense = (units: number, activation: 'relu' | 'linear' | 'sigmoid', name: string) => {
    layerSeed += 1;
    const kernelInitializer =
      activation === 'relu'
        ? initializers.heNormal({ seed: layerSeed })
        : initializers.glorotUniform({ seed: layerSeed });
    return layers.dense({ units, activation, name, kernelInitializer });
  };
  const hiddenName = (index: number): string => `hidden${index + 1}`;
  const encoder = [
    ...hidden.map((units, index) => dense(units, 'relu', hiddenName(index))),
    dense(code, 'linear', 'code'),
  ];
  const decoder = [
    ...hidden.map((units, index) => dense(units, 'relu', `de${hiddenName(index)}`)).reverse(),
    dense(inputSize, 'sigmoid', 'reconstruction'),
  ];
  const layerNames = encoder.map((layer) => layer.name);
  const snnlLayers =
    factor === null
      ? []
      : layerNames.map((name) =>
          // Euclidean, since k-means and nearest neighbours then look at Euclidean distances too.
          softNearestNeighbor({ factor, distance: 'squaredEuclidean', name: `${name}_snnl` }),
        );

  const image = input({ shape: [inputSize], name: 'image' });
  const label = input({ shape: [1], name: 'label' });
  let features = image;
  for (const [index, layer] of encoder.entries()) {
    features = layer.apply(features) as SymbolicTensor;
    const snnl = snnlLayers[index];
    if (snnl !== undefined) features = snnl.apply([features, label]) as SymbolicTensor;
  }
  for (const layer of decoder) features = layer.apply(features) as SymbolicTensor;

  const trainable = model({ inputs: factor === null ? image : [image, label], outputs: features });
  const stripped = stripEntanglement(trainable);
  const outputOf = (name: string): SymbolicTensor =>
    stripped.getLayer(name).output as SymbolicTensor;
  const inspected = model({
    inputs: stripped.inputs,
    outputs: ['reconstruction', ...layerNames].map(outputOf),
  });
  return { trainable, inspected, layerNames, snnlLayers };
}
