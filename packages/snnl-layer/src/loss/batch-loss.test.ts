import {
  softNearestNeighborLoss as exactLoss,
  integersOf,
  matrixOf,
  normal,
  uniform,
} from '@snnl/reference';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { neighborLogSums } from '../operation/neighbor-log-sums';
import { BACKENDS, useBackend } from '../testing/backends';
import { softNearestNeighborLoss } from './loss';

const kernels = ['fused', 'composed'] as const;

describe.each(BACKENDS)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const labels = integersOf(64, 10, uniform(1));
  const next = uniform(2);
  const pixels = matrixOf(64, 784, () => Math.floor(256 * next()));

  test.each(kernels)('raw pixels at T = 0.1 have the right loss and gradient, %s', (kernel) => {
    const x = tf.tensor2d(pixels);
    const options = { distance: 'squaredEuclidean', temperature: 0.1, kernel } as const;
    const { value, grad } = tf.valueAndGrad((features) =>
      softNearestNeighborLoss(labels, features, options),
    )(x);
    const exact = exactLoss({ features: pixels, labels, ...options, stabilityEpsilon: 0 });
    // |logSumAll| is 6e7: its float32 would be off by 4 nats. Distances are good to 1e-6 of it.
    expect(Math.abs((value.arraySync() as number) / exact.loss - 1)).toBeLessThan(1e-4);
    const norm = (rows: readonly (readonly number[])[]) => Math.hypot(...rows.flat());
    const got = grad.arraySync() as number[][];
    const difference = got.map((row, i) =>
      row.map((v, k) => v - (exact.featureGradient[i]?.[k] ?? NaN)),
    );
    expect(norm(difference) / norm(exact.featureGradient)).toBeLessThan(1e-3);
  });

  test.each(kernels)('a gradient of the gradient is refused, %s', (kernel) => {
    const x = tf.tensor2d(matrixOf(6, 2, normal(3)));
    for (const distance of ['cosine', 'squaredEuclidean'] as const) {
      const loss = (f: tf.Tensor) =>
        softNearestNeighborLoss([0, 0, 1, 1, 2, 2], f, { distance, kernel }) as tf.Scalar;
      const penalty = (f: tf.Tensor) => tf.sum(tf.square(tf.grad(loss)(f)));
      expect(() => tf.grad(penalty)(x)).toThrow(/differentiated once.*gradient penalty/);
      // What does not go through it is differentiated as often as one likes.
      const cubes = tf.grad((f) => tf.sum(tf.grad((g) => tf.sum(tf.mul(g, tf.square(g))))(f)));
      expect(cubes(tf.tensor1d([2])).arraySync()).toEqual([12]);
    }
    const byTemperature = (t: tf.Tensor) =>
      softNearestNeighborLoss([0, 0, 1, 1, 2, 2], x, { temperature: t, kernel }) as tf.Scalar;
    expect(() => tf.grad((t) => tf.grad(byTemperature)(t).asScalar())(tf.scalar(1))).toThrow(
      /differentiated once/,
    );
    const sums = (f: tf.Tensor) => {
      const ids = tf.tensor1d([0, 0, 1, 1, 2, 2], 'int32');
      const inputs = {
        anchors: f as tf.Tensor2D,
        candidates: x,
        anchorLabels: ids,
        candidateLabels: ids,
      };
      return tf.sum(neighborLogSums({ ...inputs, temperature: tf.scalar(1) }, { kernel }));
    };
    expect(() => tf.grad((f) => tf.sum(tf.grad(sums)(f)))(x)).toThrow(/differentiated once/);
  });

  test.each(kernels)('nothing is left behind outside of a tidy, %s', (kernel) => {
    const x = tf.tensor2d(matrixOf(6, 2, normal(3)));
    const ids = tf.tensor1d([0, 0, 1, 1, 2, 2], 'int32');
    const inputs = { anchors: x, candidates: x, anchorLabels: ids, candidateLabels: ids };
    const temperature = tf.scalar(1);
    const before = tf.memory().numTensors;
    for (let call = 0; call < 3; call++) {
      neighborLogSums({ ...inputs, temperature }, { selfOffset: 0, kernel }).dispose();
      softNearestNeighborLoss(ids, x, { kernel }).dispose();
      tf.grad((f) => softNearestNeighborLoss(ids, f, { kernel }) as tf.Scalar)(x).dispose();
      expect(() =>
        neighborLogSums({ ...inputs, temperature }, { kernel: 'fast' } as object),
      ).toThrow(/fast/);
      expect(() =>
        neighborLogSums({ ...inputs, temperature }, { selfOffset: 1, kernel }),
      ).toThrow();
      const gone = x.clone();
      gone.dispose();
      expect(() => neighborLogSums({ ...inputs, anchors: gone, temperature }, { kernel })).toThrow(
        /anchors.*disposed/,
      );
      expect(() => softNearestNeighborLoss(ids, gone, { kernel })).toThrow(/features.*disposed/);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each(kernels)('an empty batch has loss 0 and an empty gradient, %s', (kernel) => {
    const none = tf.zeros<tf.Rank.R2>([0, 3]);
    expect(softNearestNeighborLoss([], none, { kernel }).arraySync()).toBe(0);
    const each = softNearestNeighborLoss([], none, { kernel, reduction: 'none' });
    expect(each.arraySync()).toEqual([]);
    const grad = tf.grad((f) => softNearestNeighborLoss([], f, { kernel }) as tf.Scalar)(none);
    expect(grad.shape).toEqual([0, 3]);
  });
});

test.each([1e-46, 1e-40, 1e39, 3e38])(
  'temperature %f, which float32 cannot hold, is refused',
  (t) => {
    const x = tf.tensor2d(matrixOf(4, 2, normal(3)));
    expect(() => softNearestNeighborLoss([0, 0, 1, 1], x, { temperature: t })).toThrow(
      /from 1\.18e-38 to 1\.70e\+38.*float32/,
    );
  },
);
