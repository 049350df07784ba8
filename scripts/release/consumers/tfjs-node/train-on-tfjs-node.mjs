import * as tf from '@tensorflow/tfjs-node';
import { register } from 'snnl-gpu';
import {
  kernelFor,
  softNearestNeighbor,
  softNearestNeighborLoss,
  withTargetLabels,
} from 'snnl-layer';

const { tensorflow } = await register();
console.log(tensorflow.reason);
if (kernelFor('tensorflow') !== 'fused') throw new Error('expected the fused kernels');

const square = tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
const options = { distance: 'squaredEuclidean', kernel: 'fused' };
const [value] = softNearestNeighborLoss([0, 0, 1, 1], square, options).dataSync();
const exact = Math.log(2 + Math.exp(-1));
if (Math.abs(value - exact) > 1e-6) throw new Error(`expected ${exact}, got ${value}`);

const model = tf.sequential({
  layers: [
    tf.layers.dense({ units: 8, activation: 'tanh', inputShape: [3] }),
    softNearestNeighbor({ factor: 0.5, temperature: 1 }),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ],
});
model.compile({
  optimizer: tf.train.adam(0.05),
  loss: withTargetLabels('categoricalCrossentropy'),
});
const ids = Array.from({ length: 24 }, (_, i) => i % 3);
const x = tf.tensor2d(ids.map((id, i) => [Math.sin(i), Math.cos(3 * i), id]));
const y = tf.oneHot(tf.tensor1d(ids, 'int32'), 3);
const { history } = await model.fit(x, y, { epochs: 4, batchSize: 12, verbose: 0 });
if (!(history.loss[3] < history.loss[0])) {
  throw new Error(`expected a falling loss, got ${history.loss}`);
}
