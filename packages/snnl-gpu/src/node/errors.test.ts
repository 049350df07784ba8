import * as tf from '@tensorflow/tfjs-core';
import { softNearestNeighborLoss } from 'snnl-layer';
import { beforeAll, describe, expect, test } from 'vitest';
import { useTensorflow } from './testing';

beforeAll(useTensorflow);

const labels = (n: number) => tf.zeros([n], 'int32');

function forwardInputs(): Record<string, tf.Tensor> {
  return {
    anchors: tf.zeros([4, 3]),
    candidates: tf.zeros([5, 3]),
    anchorLabels: labels(4),
    candidateLabels: labels(5),
    temperature: tf.scalar(1),
  };
}

function run(changed: Record<string, tf.Tensor>, selfOffset = 0, oneBatch = false) {
  const gradient = 'anchorSums' in changed;
  const kernel = gradient ? 'SnnlNeighborLogSumsGrad' : 'SnnlNeighborLogSums';
  const extra = gradient ? { candidateSums: tf.zeros([6, 5]) } : {};
  return tf
    .engine()
    .runKernel(kernel, { ...forwardInputs(), ...extra, ...changed }, { selfOffset, oneBatch });
}

test('labels that a kernel made are checked, in every call, and no kernel runs for them', async () => {
  const x = tf.randomNormal([6, 3], 0, 1, 'float32', 1);
  const oneHot = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3);
  const { kernels } = await tf.profile(() => softNearestNeighborLoss(oneHot, x));
  expect(kernels.map(({ name }) => name)).not.toContain('ArgMax');
  expect(() => softNearestNeighborLoss(tf.mul(oneHot, 0), x)).toThrow(/row 0.*has no class/);
  const halves = tf.mul(tf.tensor1d([0, 2, 4, 0, 2, 3]), 0.5);
  expect(() => softNearestNeighborLoss(halves, x)).toThrow(/got 1.5 at 5/);
});

test('one batch without an index is refused', () => {
  expect(() => run({}, -1, true)).toThrow('Expected oneBatch only beside a selfOffset from 0 on');
});

describe('inputs that do not fit say what was expected and what came', () => {
  test.each([
    [
      'a rank',
      () => ({ anchors: tf.zeros([4]) }),
      'Expected anchors to be a float32 tensor of rank 2, but got float32 of shape [4].',
    ],
    [
      'a width',
      () => ({ candidates: tf.zeros([5, 2]) }),
      'Expected candidates to have shape [5, 3] beside anchors of shape [4, 3]',
    ],
    [
      'anchor labels',
      () => ({ anchorLabels: labels(3) }),
      'Expected anchor_labels to have shape [4]',
    ],
    [
      'candidate labels',
      () => ({ candidateLabels: labels(4) }),
      'Expected candidate_labels to have shape [5]',
    ],
    [
      'a temperature',
      () => ({ temperature: tf.ones([1]) }),
      'Expected temperature to be a float32 tensor of rank 0',
    ],
    [
      'anchor sums',
      () => ({ anchorSums: tf.zeros([6, 3]) }),
      'Expected anchor_sums to have shape [6, 4]',
    ],
    [
      'candidate sums',
      () => ({ anchorSums: tf.zeros([6, 4]), candidateSums: tf.zeros([4, 5]) }),
      'Expected candidate_sums to have shape [6, 5]',
    ],
  ])('%s', (_, changed, message) => {
    expect(() => run(changed())).toThrow(message);
  });

  test('a type is refused by TensorFlow, by the number of the input', () => {
    expect(() => run({ anchorLabels: tf.zeros([4]) })).toThrow(
      /input #2\(zero-based\) was expected to be a int32 tensor but is a float tensor/,
    );
  });

  test.each([-2, 2])('selfOffset %d', (selfOffset) => {
    expect(() => run({}, selfOffset)).toThrow(
      `Expected selfOffset to be -1, or from 0 to 1 so that the 4 anchors lie among the 5 candidates, but got ${selfOffset}.`,
    );
  });

  test.each([undefined, 0.5, Number.NaN, '0'])('a selfOffset of %s', (selfOffset) => {
    const attrs = selfOffset === undefined ? {} : { selfOffset };
    expect(() => tf.engine().runKernel('SnnlNeighborLogSums', forwardInputs(), attrs)).toThrow(
      `expected the attribute 'selfOffset' to be an integer, but got ${selfOffset}.`,
    );
  });

  test('a missing input is named', () => {
    const { temperature: _, ...rest } = forwardInputs();
    expect(() => tf.engine().runKernel('SnnlNeighborLogSums', rest, { selfOffset: 0 })).toThrow(
      "expected an input 'temperature'; it is missing",
    );
  });
});
