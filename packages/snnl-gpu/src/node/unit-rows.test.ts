import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { UNIT_ROWS, UNIT_ROWS_GRAD } from 'snnl-layer';
import { beforeAll, expect, test } from 'vitest';
import { useTensorflow } from './testing';

beforeAll(useTensorflow);

const run = (name: string, inputs: tf.NamedTensorMap) =>
  tf.engine().runKernel(name, inputs) as tf.Tensor2D;

test('denormal features do not count as zero', () => {
  const x = tf.tensor2d([3 * 2 ** -149, -4 * 2 ** -149, 0, 2 ** -149], [2, 2]);
  expect([...run(UNIT_ROWS, { x }).dataSync()]).toEqual([0.6, -0.8, 0, 1].map(Math.fround));
});

test('a gradient of another shape is refused', () => {
  expect(() => run(UNIT_ROWS_GRAD, { x: tf.zeros([2, 3]), dy: tf.zeros([3, 2]) })).toThrow(
    'one and the same shape [n, d]',
  );
});
