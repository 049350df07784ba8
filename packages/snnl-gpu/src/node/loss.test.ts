import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { type KernelKind, type Reduction, softNearestNeighborLoss } from 'snnl-layer';
import { beforeAll, expect, test } from 'vitest';
import { useTensorflow } from './testing';

beforeAll(useTensorflow);

const LABELS = [0, 1, 2, 0, 1, 0, 7, 2, 1];

/** Loss, gradient for the features and for the temperature. */
function differentiate(reduction: Reduction, kernel: KernelKind) {
  const features = tf.randomNormal([LABELS.length, 4], 0, 1, 'float32', 3);
  const { value, grads } = tf.valueAndGrads((x: tf.Tensor, temperature: tf.Tensor) =>
    tf.sum(softNearestNeighborLoss(LABELS, x, { temperature, kernel, reduction } as object)),
  )([features, tf.scalar(0.7)]);
  return [value, ...grads].flatMap((tensor) => [...tensor.dataSync()]);
}

test.each(['mean', 'sum', 'none'] as const)('fused and composed agree, %s', (reduction) => {
  const fused = tf.tidy(() => differentiate(reduction, 'fused'));
  const composed = tf.tidy(() => differentiate(reduction, 'composed'));
  for (const [k, value] of fused.entries()) expect(value).toBeCloseTo(composed[k] ?? Number.NaN, 5);
});

test('steps leave no tensor behind', () => {
  const before = tf.memory().numTensors;
  for (let step = 0; step < 20; step++) tf.tidy(() => differentiate('mean', 'fused'));
  expect(tf.memory().numTensors).toBe(before);
});
