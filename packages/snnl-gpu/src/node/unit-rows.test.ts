import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { UNIT_ROWS, UNIT_ROWS_GRAD } from 'snnl-layer';
import { beforeAll, expect, test } from 'vitest';
import { useTensorflow } from './testing';

beforeAll(useTensorflow);

const run = (name: string, inputs: tf.NamedTensorMap) =>
  tf.engine().runKernel(name, inputs) as tf.Tensor2D;

test('rows of length 5, 0, 1e-30 and 1e30', () => {
  const x = tf.tensor2d([3, 4, 0, 0, 6e-31, 8e-31, 6e29, -8e29], [4, 2]);
  expect([...run(UNIT_ROWS, { x }).dataSync()]).toEqual(
    [0.6, 0.8, 0, 0, 0.6, 0.8, 0.6, -0.8].map(Math.fround),
  );
});

test('denormal features do not count as zero', () => {
  const x = tf.tensor2d([3 * 2 ** -149, -4 * 2 ** -149, 0, 2 ** -149], [2, 2]);
  expect([...run(UNIT_ROWS, { x }).dataSync()]).toEqual([0.6, -0.8, 0, 1].map(Math.fround));
});

test('a row that is not finite is NaN, alone', () => {
  const x = tf.tensor2d([Number.NaN, 1, Number.POSITIVE_INFINITY, 1, 0, 2], [3, 2]);
  const dy = tf.onesLike(x);
  const nan = Number.NaN;
  expect([...run(UNIT_ROWS, { x }).dataSync()]).toEqual([nan, nan, nan, nan, 0, 1]);
  expect([...run(UNIT_ROWS_GRAD, { x, dy }).dataSync()]).toEqual([nan, nan, nan, nan, 0.5, 0]);
});

test('the gradient is that of x / |x| by automatic differentiation', async () => {
  const x = tf.randomNormal<tf.Rank.R2>([9, 21], 0, 1, 'float32', 5);
  const dy = tf.randomNormal<tf.Rank.R2>([9, 21], 0, 1, 'float32', 6);
  const dx = run(UNIT_ROWS_GRAD, { x, dy });
  const exact = tf.grad((at: tf.Tensor) => tf.sum(tf.mul(dy, tf.div(at, tf.norm(at, 2, 1, true)))))(
    x,
  );
  expect(tf.max(tf.abs(tf.sub(dx, exact))).dataSync()[0]).toBeLessThan(1e-6);
});

test('no rows, and rows of no features', () => {
  expect(run(UNIT_ROWS, { x: tf.zeros([0, 3]) }).shape).toEqual([0, 3]);
  expect(run(UNIT_ROWS_GRAD, { x: tf.zeros([2, 0]), dy: tf.zeros([2, 0]) }).shape).toEqual([2, 0]);
});

test('a gradient of another shape is refused', () => {
  expect(() => run(UNIT_ROWS_GRAD, { x: tf.zeros([2, 3]), dy: tf.zeros([3, 2]) })).toThrow(
    'one and the same shape [n, d]',
  );
});
