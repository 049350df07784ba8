import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { BATCH_LOSS, BATCH_LOSS_GRAD } from 'snnl-layer';
import { beforeAll, expect, test } from 'vitest';
import { useTensorflow } from './testing';

beforeAll(useTensorflow);

const run = (name: string, inputs: tf.NamedTensorMap) =>
  tf.engine().runKernel(name, inputs, { cosine: true, mean: true }) as object as tf.Tensor[];
const batch = () => ({
  features: tf.tensor2d([3, 4, 0, 2, 1, 0, 5, 5], [4, 2]),
  labels: tf.tensor1d([0, 0, 1, 1], 'int32'),
  temperature: tf.scalar(2),
});

test.each([
  ['features', tf.zeros([4]), 'features to have shape [n, d]'],
  [
    'labels',
    tf.zeros([3], 'int32'),
    'labels to have shape [4] beside features of shape [4, 2], but got [3]',
  ],
  ['temperature', tf.zeros([1]), 'temperature to have shape []'],
])('%s of another shape are refused', (name, tensor, message) => {
  expect(() => run(BATCH_LOSS, { ...batch(), [name]: tensor })).toThrow(`Expected ${message}`);
});

test.each([
  [
    'sums',
    tf.zeros([9, 3]),
    'sums to have shape [9, 4] beside features of shape [4, 2], but got [9, 3]',
  ],
  ['residual', tf.zeros([7]), 'residual to have shape ['],
  ['dy', tf.zeros([1]), 'dy to have shape []'],
])('%s of another shape are refused by the gradient', (name, tensor, message) => {
  const [, sums, residual] = run(BATCH_LOSS, batch()) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const inputs = { ...batch(), sums, residual, dy: tf.scalar(1), [name]: tensor };
  expect(() => run(BATCH_LOSS_GRAD, inputs)).toThrow(`Expected ${message}`);
});

test('no samples, and no features', () => {
  const none = { ...batch(), features: tf.zeros([0, 2]), labels: tf.zeros([0], 'int32') };
  const [loss, sums] = run(BATCH_LOSS, none) as [tf.Tensor, tf.Tensor];
  expect([loss.dataSync()[0], sums.shape]).toEqual([0, [9, 0]]);
  // All at distance 0: two of three neighbours are of another class.
  const [flat] = run(BATCH_LOSS, { ...batch(), features: tf.zeros([4, 0]) }) as [tf.Tensor];
  expect(flat.dataSync()[0]).toBeCloseTo(Math.log(3), 6);
});
