import { neighborLogSums as exactLogSums } from '@snnl/reference';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { CROSS_LOG_SUMS } from 'snnl-layer';
import { beforeAll, expect, test } from 'vitest';
import { useTensorflow } from './testing';

beforeAll(useTensorflow);

interface Side {
  readonly features: number[][];
  readonly labels: number[];
}

const drawn = (samples: number, d: number, seed: number): Side => ({
  features: tf.randomNormal<tf.Rank.R2>([samples, d], 0, 1, 'float32', seed).arraySync(),
  labels: Array.from({ length: samples }, (_, i) => (i * (seed + 2)) % 4),
});

const tensorsOf = (anchors: Side, candidates: Side, d: number, temperature: number) => ({
  anchors: tf.tensor2d(anchors.features, [anchors.features.length, d]),
  anchorLabels: tf.tensor1d(anchors.labels, 'int32'),
  candidates: tf.tensor2d(candidates.features, [candidates.features.length, d]),
  candidateLabels: tf.tensor1d(candidates.labels, 'int32'),
  temperature: tf.scalar(temperature),
});

const run = (inputs: tf.NamedTensorMap) =>
  tf.engine().runKernel(CROSS_LOG_SUMS, inputs) as tf.Tensor2D;

const exactOf = (anchors: Side, candidates: Side, temperature: number) =>
  exactLogSums({
    anchors: anchors.features,
    anchorLabels: anchors.labels,
    candidates: candidates.features,
    candidateLabels: candidates.labels,
    temperature,
    selfOffset: -1,
  });

test.each([
  [1, 1, 3],
  [5, 130, 19],
  [131, 97, 65],
  [300, 200, 300],
])('%d rows against %d of %d features: both sides as in float64', (n, m, d) => {
  const [anchors, candidates] = [drawn(n, d, 1), drawn(m, d, 5)];
  const temperature = Math.fround(0.7 * d);
  const sums = tf.tidy(() => run(tensorsOf(anchors, candidates, d, temperature)).arraySync());
  const ofAnchors = exactOf(anchors, candidates, temperature);
  const ofCandidates = exactOf(candidates, anchors, temperature);
  for (const [row, values] of sums.entries()) {
    const exact = [...(ofAnchors[row] ?? []), ...(ofCandidates[row] ?? [])];
    expect(values).toHaveLength(exact.length);
    for (const [i, value] of values.entries()) {
      const expected = exact[i] ?? Number.NaN;
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(
        2e-6 * Math.max(1, Math.abs(expected)),
      );
    }
  }
});

test('anchors, candidates or both may be none', () => {
  const [one, none] = [drawn(2, 3, 1), drawn(0, 3, 2)];
  for (const [a, b] of [
    [one, none],
    [none, one],
    [none, none],
  ] as const) {
    const samples = a.labels.length + b.labels.length;
    const sums = run(tensorsOf(a, b, 3, 1));
    expect(sums.shape).toEqual([9, samples]);
    expect([...sums.dataSync()]).toEqual(new Array(9 * samples).fill(0));
  }
});

test('sets that do not fit together are refused', () => {
  const inputs = tensorsOf(drawn(2, 3, 1), drawn(4, 3, 2), 3, 1);
  expect(() => run({ ...inputs, candidates: tf.zeros([4, 2]) })).toThrow(
    'Expected candidates to have shape [4, 3]',
  );
  expect(() => run({ ...inputs, candidateLabels: tf.zeros([3], 'int32') })).toThrow(
    'Expected candidate_labels to have shape [4]',
  );
});
