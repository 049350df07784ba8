import * as tf from '@tensorflow/tfjs';
import type { SoftNearestNeighbor } from '../layer/layer';

/** `n` samples of 6 features and one-hot labels of 3 classes in turn, the same each time. */
export function data(n: number): { x: tf.Tensor2D; y: tf.Tensor2D } {
  const ids = Int32Array.from({ length: n }, (_, i) => i % 3);
  const y = tf.oneHot(tf.tensor1d(ids, 'int32'), 3) as tf.Tensor2D;
  const noise = tf.randomNormal([n, 6], 0, 1, 'float32', 42);
  // Classes overlap: entanglement can fall and rise.
  const x = tf.add(
    noise,
    tf.pad(tf.cast(y, 'float32'), [
      [0, 0],
      [0, 3],
    ]),
  ) as tf.Tensor2D;
  return { x, y };
}

export const classes = (y: tf.Tensor): tf.Tensor1D =>
  tf.cast(tf.argMax<tf.Tensor1D>(y, 1), 'int32');

/** The hidden layer of each of {@link models}. */
export const dense = (x: tf.Tensor, kernel: tf.Tensor): tf.Tensor =>
  tf.tanh(tf.matMul(x, kernel as tf.Tensor2D));

/** What the layer of one of {@link models} sees. */
export const features = (model: tf.LayersModel, x: tf.Tensor): tf.Tensor =>
  dense(x, model.getWeights()[0] as tf.Tensor);

const hidden = () =>
  tf.layers.dense({
    units: 5,
    activation: 'tanh',
    useBias: false,
    inputShape: [6],
    kernelInitializer: tf.initializers.glorotNormal({ seed: 11 }),
  });

const head = (units: number) =>
  tf.layers.dense({
    units,
    activation: 'softmax',
    kernelInitializer: tf.initializers.glorotNormal({ seed: 12 }),
  });

/** dense(5) -> `layer` -> dense(units, softmax), in the ways in which tfjs can put it. */
export const models = {
  sequential: (layer: SoftNearestNeighbor, units = 3): tf.LayersModel =>
    tf.sequential({ layers: [hidden(), layer, head(units)] }),

  functional: (layer: SoftNearestNeighbor, units = 3): tf.LayersModel => {
    const x = tf.input({ shape: [6] });
    const code = layer.apply(hidden().apply(x)) as tf.SymbolicTensor;
    return tf.model({ inputs: x, outputs: head(units).apply(code) as tf.SymbolicTensor });
  },

  nested: (layer: SoftNearestNeighbor, units = 3): tf.LayersModel => {
    const x = tf.input({ shape: [6] });
    const code = layer.apply(hidden().apply(x)) as tf.SymbolicTensor;
    const encoder = tf.model({ inputs: x, outputs: code });
    const outer = tf.input({ shape: [6] });
    const out = head(units).apply(encoder.apply(outer)) as tf.SymbolicTensor;
    return tf.model({ inputs: outer, outputs: out });
  },

  'sequential in sequential': (layer: SoftNearestNeighbor, units = 3): tf.LayersModel =>
    tf.sequential({ layers: [tf.sequential({ layers: [hidden(), layer] }), head(units)] }),
};

export type ModelKind = keyof typeof models;
