import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { BACKENDS, useBackend } from '../testing/backends';
import { float64Gradient, float64Loss } from '../testing/float64';
import { softNearestNeighborLoss } from './loss';

await useBackend('cpu');

const rows = (count: number, shift: number) =>
  Array.from({ length: count }, (_, i) =>
    [1, 2, 3].map((k) => Math.sin(3 * i + k * k + shift) + 0.1 * i),
  );
const features = rows(5, 0);
const others = rows(7, 1);
/** Class 9 is among the references alone, class 3 in the batch alone. */
const labels = [0, 1, 2, 0, 3];
const otherLabels = [1, 0, 9, 2, 1, 0, 2];

/** float32 and its cancellations: see loss.test.ts. */
function expectClose(got: tf.Tensor, want: readonly number[]): void {
  const values = got.dataSync();
  expect(values.length).toBe(want.length);
  want.forEach((value, i) => {
    expect(values[i]).toBeCloseTo(value, 4);
  });
}

describe.each(BACKENDS)('on %s', (backend) => {
  test.each(
    (['cosine', 'squaredEuclidean'] as const).flatMap((distance) =>
      (['fused', 'composed'] as const).map((kernel) => ({ distance, kernel })),
    ),
  )('$distance, $kernel: value and gradients of both sets', async ({ distance, kernel }) => {
    await useBackend(backend);
    const options = { temperature: 0.6, distance };
    const problem = { ...options, features, labels, others, otherLabels, apart: true };
    const { value, grads } = tf.valueAndGrads((x: tf.Tensor, z: tf.Tensor, t: tf.Tensor) => {
      const references = { features: z, labels: otherLabels };
      return softNearestNeighborLoss(labels, x, { distance, kernel, temperature: t, references });
    })([tf.tensor2d(features), tf.tensor2d(others), tf.scalar(0.6)]);
    expectClose(value, [float64Loss(problem)]);
    const [ofFeatures, ofOthers, ofTemperature] = grads as [tf.Tensor, tf.Tensor, tf.Tensor];
    expectClose(ofFeatures, float64Gradient(problem));
    expectClose(ofOthers, float64Gradient(problem, 'others'));
    const [up, down] = [1e-5, -1e-5].map((by) =>
      float64Loss({ ...problem, temperature: 0.6 + by }),
    ) as [number, number];
    expectClose(ofTemperature, [(up - down) / 2e-5]);
  });

  test('with weights, and samples without a label', async () => {
    await useBackend(backend);
    const weights = [1, 3, 0.5, 0, 2];
    const some = { labels: [0, 1, -1, 0, 3], otherLabels: [1, 0, 9, 2, -1, 0, 2] };
    const { value, grads } = tf.valueAndGrads((x: tf.Tensor, z: tf.Tensor) =>
      softNearestNeighborLoss(some.labels, x, {
        ...{ temperature: 0.6, ignoreClass: -1, weights },
        references: { features: z, labels: some.otherLabels },
      }),
    )([tf.tensor2d(features), tf.tensor2d(others)]);
    const kept = [0, 1, 3, 4];
    const only = <T>(values: readonly T[], without: number) =>
      values.filter((_, i) => i !== without);
    const problem = {
      ...{ temperature: 0.6, distance: 'cosine' as const, apart: true },
      features: only(features, 2),
      labels: only(some.labels, 2),
      others: only(others, 4),
      otherLabels: only(some.otherLabels, 4),
      weights: kept.map((i) => weights[i] as number),
    };
    expectClose(value, [float64Loss(problem)]);
    const [ofFeatures, ofOthers] = grads as [tf.Tensor2D, tf.Tensor2D];
    expectClose(tf.gather(ofFeatures, kept), float64Gradient(problem));
    expectClose(tf.slice(ofFeatures, 2, 1), [0, 0, 0]);
    expectClose(tf.gather(ofOthers, [0, 1, 2, 3, 5, 6]), float64Gradient(problem, 'others'));
    expectClose(tf.slice(ofOthers, 4, 1), [0, 0, 0]);
  });
});

test('without samples on either side the loss is 0', () => {
  const none = tf.zeros([0, 3]);
  const references = { features: none, labels: [] };
  const each = softNearestNeighborLoss(labels, features, { references, reduction: 'none' });
  expect(each.arraySync()).toEqual([0, 0, 0, 0, 0]);
  const empty = { features: others, labels: otherLabels };
  expect(softNearestNeighborLoss([], none, { references: empty }).arraySync()).toBe(0);
});

test('tensors stay flat', () => {
  const x = tf.tensor2d(features);
  const step = () => {
    const references = { features: others, labels: otherLabels };
    tf.grad((t) => softNearestNeighborLoss(labels, t, { references }))(x).dispose();
  };
  step();
  const { numTensors } = tf.memory();
  for (let i = 0; i < 5; i++) step();
  expect(tf.memory().numTensors).toBe(numTensors);
});

test.each([
  [{ references: { features: [[1, 2]], labels: [0] } }, /references.features to have 3 features/],
  [{ references: { features: others, labels: [0] } }, /references.labels/],
  [{ references: { features: others } }, /labels of references/],
  [
    {
      references: { features: others, labels: otherLabels },
      memory: { features: others, labels: otherLabels },
    },
    /references without a memory/,
  ],
])('%o is refused', (options, message) => {
  expect(() => softNearestNeighborLoss(labels, features, options as object)).toThrow(message);
});
