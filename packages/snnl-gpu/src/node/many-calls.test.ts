import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useTensorflow } from './testing';

beforeAll(useTensorflow);

const MEGABYTE = 2 ** 20;

test('10,000 calls leave no tensor behind, and the process no larger', () => {
  const [n, d] = [64, 16];
  const inputs = {
    anchors: tf.randomNormal([n, d], 0, 1, 'float32', 3),
    anchorLabels: tf.zeros([n], 'int32'),
    candidateLabels: tf.zeros([n], 'int32'),
    temperature: tf.scalar(1),
  };
  const all = { ...inputs, candidates: inputs.anchors };
  const sums = tf.ones([6, n]);
  const call = () => {
    const forward = tf.engine().runKernel('SnnlNeighborLogSums', all, { selfOffset: 0 });
    const gradient = tf
      .engine()
      .runKernel(
        'SnnlNeighborLogSumsGrad',
        { ...all, anchorSums: sums, candidateSums: sums },
        { selfOffset: 0 },
      );
    tf.dispose([forward, gradient]);
  };
  // Heaps and thread pools reach their size first.
  for (let i = 0; i < 1000; i++) call();
  const tensors = tf.memory().numTensors;
  const resident = process.memoryUsage.rss();
  for (let i = 0; i < 5000; i++) call();
  expect(tf.memory().numTensors).toBe(tensors);
  // Every call that kept its outputs would be 25 MB in all; the JavaScript heap breathes by less.
  expect(process.memoryUsage.rss() - resident).toBeLessThan(20 * MEGABYTE);
});
