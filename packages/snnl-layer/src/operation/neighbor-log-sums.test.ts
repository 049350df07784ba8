import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../testing/backends';
import {
  registerCountingKernels,
  unregisterKernels,
  useBareBackend,
} from '../testing/counting-kernels';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD, type NeighborLogSumsInputs } from './contract';
import { kernelFor } from './kernel-choice';
import { neighborLogSums } from './neighbor-log-sums';

await useBackend('cpu');

/** A batch of 6 against itself and 3 past samples. */
function batch() {
  const candidates = tf.randomNormal<tf.Rank.R2>([9, 4], 0, 1, 'float32', 7);
  const candidateLabels = tf.tensor1d([0, 1, 0, 2, 1, 0, 1, 1, 0], 'int32');
  return {
    anchors: tf.slice(candidates, 0, [6, 4]),
    candidates,
    anchorLabels: tf.slice(candidateLabels, 0, 6),
    candidateLabels,
    temperature: tf.scalar(0.7),
  };
}

/** An arbitrary function of the first two rows, so that no upstream gradient is 1. */
function objective(inputs: NeighborLogSumsInputs, kernel: 'fused' | 'composed'): tf.Scalar {
  const sums = neighborLogSums(inputs, { selfOffset: 0, kernel });
  const weights = tf.tensor2d(
    [...'abcdefghijkl'].map((_, i) => Math.sin(i + 1)),
    [2, 6],
  );
  return tf.sum(tf.mul(tf.slice(sums, 0, 2), weights));
}

function gradients(inputs: NeighborLogSumsInputs, kernel: 'fused' | 'composed') {
  const f = (anchors: tf.Tensor, temperature: tf.Tensor) =>
    objective({ ...inputs, anchors, temperature } as NeighborLogSumsInputs, kernel);
  return tf
    .grads(f)([inputs.anchors, inputs.temperature])
    .map((g) => g.arraySync());
}

describe('a registered kernel', () => {
  beforeEach(useBareBackend);
  afterAll(unregisterKernels);

  test('runs under auto, with the same value and gradients as the composed form', () => {
    const inputs = batch();
    const composed = gradients(inputs, 'composed');
    expect(kernelFor('bare')).toBe('composed');
    const calls = registerCountingKernels();
    expect(kernelFor('bare')).toBe('fused');
    expect(gradients(inputs, 'fused')).toEqual(composed);
    expect(calls).toEqual([NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD]);
    neighborLogSums(inputs, { selfOffset: 0 });
    expect(calls.at(-1)).toBe(NEIGHBOR_LOG_SUMS);
    expect(calls).toHaveLength(3);
    neighborLogSums(inputs, { selfOffset: 0, kernel: 'composed' });
    expect(calls).toHaveLength(3);
  });

  test('that fails is not replaced in silence', () => {
    registerCountingKernels();
    tf.unregisterKernel(NEIGHBOR_LOG_SUMS, 'bare');
    tf.registerKernel({
      kernelName: NEIGHBOR_LOG_SUMS,
      backendName: 'bare',
      kernelFunc: () => {
        throw new Error('the device is gone');
      },
    });
    expect(() => neighborLogSums(batch(), { selfOffset: 0 })).toThrow('the device is gone');
  });

  test("is needed by kernel: 'fused'", () => {
    expect(() => neighborLogSums(batch(), { selfOffset: 0, kernel: 'fused' })).toThrow(
      /no fused kernel is registered for the backend 'bare'/,
    );
  });
});

test('candidates and labels get no gradient, even computed from the anchors', () => {
  const { anchors, temperature } = batch();
  const [given] = tf.grads((x) => {
    const labels = tf.cast(tf.argMax(x, 1), 'int32') as tf.Tensor1D;
    const sums = neighborLogSums(
      {
        anchors: x as tf.Tensor2D,
        candidates: tf.mul(x, 2) as tf.Tensor2D,
        anchorLabels: labels,
        candidateLabels: labels,
        temperature,
      },
      { selfOffset: -1 },
    );
    return tf.sum(tf.slice(sums, 0, 1));
  })([anchors]);
  const [constant] = tf.grads((x) => {
    const labels = tf.zeros<tf.Rank.R1>([6], 'int32');
    const inputs = { anchorLabels: labels, candidateLabels: labels, temperature };
    const fixed = { candidates: tf.mul(anchors, 2) as tf.Tensor2D, ...inputs };
    return tf.sum(tf.slice(neighborLogSums({ anchors: x as tf.Tensor2D, ...fixed }), 0, 1));
  })([anchors]);
  expect(given?.arraySync()).toEqual(constant?.arraySync());
});

describe('bad input', () => {
  test.each([
    ['anchors of rank 1', { anchors: tf.zeros([4]) }, /anchors .* rank 2, but got float32 .*\[4\]/],
    ['float labels', { anchorLabels: tf.zeros([6]) }, /anchorLabels .* int32 .* but got float32/],
    ['other widths', { candidates: tf.zeros([9, 3]) }, /equally many features, but got 4 and 3/],
    ['missing labels', { candidateLabels: tf.zeros([8], 'int32') }, /one label a row, 9, .* got 8/],
    ['a temperature row', { temperature: tf.ones([1]) }, /temperature .* rank 0/],
  ])('%s', (_, change, message) => {
    const inputs = { ...batch(), ...change } as NeighborLogSumsInputs;
    expect(() => neighborLogSums(inputs, { selfOffset: 0 })).toThrow(message);
  });

  test.each([-2, 0.5, 4, Number.NaN])('selfOffset %s', (selfOffset) => {
    expect(() => neighborLogSums(batch(), { selfOffset })).toThrow(/-1, or from 0 to 3/);
  });

  test('an unknown kernel choice', () => {
    const options = { kernel: 'fast' } as object;
    expect(() => neighborLogSums(batch(), options)).toThrow(/'auto', 'fused' or 'composed'.*fast/);
  });
});
