import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { kernelFor } from './kernel-choice';
import { ANCHOR_SUMS } from './kernel-names';
import { hasReducedLoss, reducedLoss } from './reduced-loss';
import { BACKENDS, useBackend } from './testing/backends';
import { useBareBackend } from './testing/counting-kernels';

/** Anchors 0 and 2 with losses 2 and 3, anchor 1 is lone: A, B, mean distances, counts. */
const SUMS = [
  [3, 5, 7],
  [1, 0, 4],
  [9, 9, 9],
  [9, 0, 9],
  [4, 0, 1],
];

test('a backend without kernels of its own has none of these', async () => {
  await useBareBackend();
  expect(hasReducedLoss()).toBe(false);
});

describe.each(BACKENDS)('reducedLoss on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    kernelFor(backend);
    expect(hasReducedLoss()).toBe(true);
  });

  test('is the sum or the mean over anchors that are not lone', () => {
    const sums = tf.tensor2d(SUMS);
    expect(reducedLoss(sums, 'sum').arraySync()).toBe(5);
    expect(reducedLoss(sums, 'mean').arraySync()).toBe(2.5);
  });

  test('is 0 where all are lone, and NaN where one of them is', () => {
    const lone = [[3], [0], [1], [0], [0]];
    expect(reducedLoss(tf.tensor2d(lone), 'mean').arraySync()).toBe(0);
    lone[0] = [Number.NaN];
    expect(reducedLoss(tf.tensor2d(lone), 'mean').arraySync()).toBeNaN();
  });

  test('the gradient is shared out among the anchors that are not lone', () => {
    const upstream = tf.scalar(8);
    const grad = (reduction: 'mean' | 'sum') =>
      tf.grad((x) => reducedLoss(x as tf.Tensor2D, reduction))(tf.tensor2d(SUMS), upstream);
    const zeros = [0, 0, 0];
    expect(grad('sum').arraySync()).toEqual([[8, 0, 8], [-8, 0, -8], zeros, zeros, zeros]);
    expect(grad('mean').arraySync()).toEqual([[4, 0, 4], [-4, 0, -4], zeros, zeros, zeros]);
  });

  test('the sums of anchors are the log sums and their gradients', () => {
    const dy = tf.tensor2d(SUMS.map((row) => row.map((value) => -value)));
    const joined = tf.engine().runKernel(ANCHOR_SUMS, { sums: tf.tensor2d(SUMS), dy });
    expect((joined as tf.Tensor2D).arraySync()).toEqual([
      [3, 5, 7],
      [1, 0, 4],
      [-3, -5, -7],
      [-1, -0, -4],
    ]);
  });
});
