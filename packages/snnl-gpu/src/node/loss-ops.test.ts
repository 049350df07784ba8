import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { ANCHOR_SUMS, LOSS_ANCHOR_SUMS, REDUCED_LOSS } from 'snnl-layer';
import { beforeAll, expect, test } from 'vitest';
import { useTensorflow } from './testing';

beforeAll(useTensorflow);

const run = (name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}) =>
  tf.engine().runKernel(name, inputs, attrs) as tf.Tensor;

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
