import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { ANCHOR_SUMS, LOSS_ANCHOR_SUMS, REDUCED_LOSS } from 'snnl-layer';
import { beforeAll, describe, expect, test } from 'vitest';
import { useTensorflow } from './testing';

beforeAll(useTensorflow);

const run = (name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}) =>
  tf.engine().runKernel(name, inputs, attrs) as tf.Tensor;
const valuesOf = (tensor: tf.Tensor) => [...tensor.dataSync()];

/** Three anchors, the last of them lone. */
const sumsOf = (relativeAllOfLone = 0.5) =>
  tf.tensor2d([
    [-1, -2, -3],
    [-4, -5, 0],
    [1, 1, 1],
    [2, 2, 0],
    [2, 1, 0],
    [3, 5, 7],
    [1.5, 2, relativeAllOfLone],
    [4, 9, 0],
    [0.25, 1, 0],
  ]);

describe('the loss of (relativeAll - relativeSame) + (nearestSame - nearestAll) / T', () => {
  // At T = 2: 1.25 + 1/2 and 1 + 4/2.
  test.each([
    [false, 4.75],
    [true, 4.75 / 2],
  ])('mean %s', (mean, loss) => {
    const output = run(REDUCED_LOSS, { sums: sumsOf(), temperature: tf.scalar(2) }, { mean });
    expect(output.shape).toEqual([]);
    expect(valuesOf(output)).toEqual([loss]);
  });

  test('keeps digits that the log-sums themselves have lost', () => {
    const [n, far] = [2, 2 ** 40];
    const sums = tf.tensor2d(
      [-far, -far, 1, 1, 1, far, 2, far, 0.5].flatMap((value) => [value, value]),
      [9, n],
    );
    const inputs = { sums, temperature: tf.scalar(1) };
    expect(valuesOf(run(REDUCED_LOSS, inputs, { mean: true }))).toEqual([1.5]);
  });

  test('NaN of a lone anchor comes through', () => {
    const inputs = { sums: sumsOf(Number.NaN), temperature: tf.scalar(2) };
    expect(valuesOf(run(REDUCED_LOSS, inputs, { mean: true }))).toEqual([Number.NaN]);
  });

  test.each([0, 1])('%d anchors, none with a partner', (n) => {
    const inputs = { sums: tf.zeros([9, n]), temperature: tf.scalar(2) };
    expect(valuesOf(run(REDUCED_LOSS, inputs, { mean: true }))).toEqual([0]);
    const grads = run(LOSS_ANCHOR_SUMS, { sums: tf.zeros([9, n]), dy: tf.scalar(1) });
    expect(grads.shape).toEqual([6, n]);
  });
});

test.each([
  [false, 3],
  [true, 1.5],
])('what the gradient takes from the slope of the loss, mean %s', (mean, share) => {
  const output = run(LOSS_ANCHOR_SUMS, { sums: sumsOf(), dy: tf.scalar(3) }, { mean });
  expect(output.arraySync()).toEqual([
    [3, 5, 7],
    [1.5, 2, 0.5],
    [4, 9, 0],
    [0.25, 1, 0],
    [share, share, 0],
    [-share, -share, -0],
  ]);
});

test('what the gradient takes from the slopes of the sums', () => {
  const dy = tf.reshape(tf.range(0, 27), [9, 3]);
  expect(run(ANCHOR_SUMS, { sums: sumsOf(), dy }).arraySync()).toEqual([
    [3, 5, 7],
    [1.5, 2, 0.5],
    [4, 9, 0],
    [0.25, 1, 0],
    [0, 1, 2],
    [3, 4, 5],
  ]);
});

test.each([
  [
    REDUCED_LOSS,
    { sums: tf.zeros([5, 3]), temperature: tf.scalar(1) },
    'sums to have shape [9, n]',
  ],
  [
    REDUCED_LOSS,
    { sums: tf.zeros([9, 3]), temperature: tf.zeros([1]) },
    'temperature to have shape [] beside sums of shape [9, 3], but got [1]',
  ],
  [LOSS_ANCHOR_SUMS, { sums: tf.zeros([9, 3]), dy: tf.zeros([9, 3]) }, 'dy to have shape []'],
  [
    ANCHOR_SUMS,
    { sums: tf.zeros([9, 3]), dy: tf.zeros([9, 2]) },
    'dy to have shape [9, 3] beside sums of shape [9, 3], but got [9, 2]',
  ],
])('%s refuses %o', (kernel, inputs, message) => {
  expect(() => run(kernel, inputs)).toThrow(`Expected ${message}`);
});
