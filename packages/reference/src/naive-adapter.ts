import * as tf from '@tensorflow/tfjs-core';
import type { KernelAdapter, KernelGradientInputs, KernelInputs } from './conformance/adapter.js';

/**
 * Both kernels from core tfjs operations over whole N x M matrices: slow, short, and enough to
 * see the conformance suite pass. Only the tests of this package use it.
 */
export const naiveAdapter = createNaiveAdapter();

/** @param centered without it the kernels lose their digits under a common offset. */
export function createNaiveAdapter(centered = true): KernelAdapter {
  return {
    async setup() {
      await tf.setBackend('cpu');
      await tf.ready();
    },
    forward: (inputs, selfOffset) => tf.tidy(() => naiveForward(inputs, selfOffset, centered)),
    gradient: (inputs, selfOffset) => tf.tidy(() => naiveGradient(inputs, selfOffset, centered)),
  };
}

function naiveForward(inputs: KernelInputs, selfOffset: number, centered: boolean): tf.Tensor2D {
  const [n, m] = [inputs.anchors.shape[0], inputs.candidates.shape[0]];
  if (n === 0) return tf.zeros([5, 0]);
  const { distances, all, same, poison } = pairs(inputs, selfOffset, centered);
  if (m === 0) return tf.stack([poison, poison, poison, poison, tf.zeros([n])]) as tf.Tensor2D;
  const scores = tf.div(tf.neg(distances), inputs.temperature);
  const ofAll = logSumAndMean(scores, distances, all);
  const ofSame = logSumAndMean(scores, distances, same);
  const rows = [ofAll.logSum, ofSame.logSum, ofAll.mean, ofSame.mean].map((r) => tf.add(r, poison));
  return tf.stack([...rows, tf.sum(tf.cast(same, 'float32'), 1)]) as tf.Tensor2D;
}

function naiveGradient(
  inputs: KernelGradientInputs,
  selfOffset: number,
  centered: boolean,
): tf.Tensor2D {
  const { anchors, candidates, temperature, anchorSums, candidateSums } = inputs;
  if (anchors.shape[0] === 0) return tf.zeros(anchors.shape);
  const { distances, all, same, poison, x, z } = pairs(inputs, selfOffset, centered);
  const poisonColumn = tf.expandDims(poison, 1);
  if (candidates.shape[0] === 0) return tf.add(tf.zerosLike(anchors), poisonColumn);
  const scores = tf.div(tf.neg(distances), temperature);
  const ofAnchors = tf.unstack(tf.expandDims(anchorSums, 2));
  const ofCandidates = tf.unstack(tf.expandDims(candidateSums, 1));
  let weights = tf.zerosLike(scores);
  for (const [logSumAll, logSumSame, a, b] of [ofAnchors, ofCandidates]) {
    if (!logSumAll || !logSumSame || !a || !b) throw new Error('Expected four rows of sums.');
    weights = tf.add(weights, tf.mul(a, maskedExp(tf.sub(scores, logSumAll), all)));
    weights = tf.add(weights, tf.mul(b, maskedExp(tf.sub(scores, logSumSame), same)));
  }
  const g = tf.div(tf.neg(weights), temperature);
  const pulled = tf.sub(tf.mul(x, tf.sum(g, 1, true)), tf.matMul(g, z));
  return tf.add(tf.mul(pulled, 2), poisonColumn);
}

/** Distances and masks `[N, M]`, centred points, and `poison` `[N]`: 0, or NaN to pass on. */
function pairs(
  { anchors, candidates, anchorLabels, candidateLabels, temperature }: KernelInputs,
  selfOffset: number,
  centered: boolean,
) {
  const [n, m] = [anchors.shape[0], candidates.shape[0]];
  const center: tf.Tensor = m === 0 || !centered ? tf.scalar(0) : tf.mean(candidates, 0, true);
  const x = tf.sub<tf.Tensor2D>(anchors, center);
  const z = tf.sub<tf.Tensor2D>(candidates, center);
  const xx = tf.sum(tf.square(x), 1, true);
  const zz = tf.reshape(tf.sum(tf.square(z), 1), [1, m]);
  const cross = tf.mul(tf.matMul(x, z, false, true), 2);
  const distances = tf.relu(tf.sub(tf.add(xx, zz), cross));

  const columns = tf.reshape(tf.range(0, m, 1, 'int32'), [1, m]);
  const selves = tf.add(tf.range(0, n, 1, 'int32'), tf.scalar(selfOffset, 'int32'));
  const all =
    selfOffset < 0 ? tf.ones([n, m], 'bool') : tf.notEqual(columns, tf.expandDims(selves, 1));
  const sameClass = tf.equal(tf.expandDims(anchorLabels, 1), tf.expandDims(candidateLabels, 0));

  const usable = tf.logicalAnd(tf.isFinite(temperature), tf.greater(temperature, 0));
  const ofTemperature = tf.where(usable, tf.scalar(0), tf.scalar(Number.NaN));
  const ofCandidates = tf.sum(tf.mul(zz, 0));
  const poison = tf.add(tf.mul(tf.reshape(xx, [n]), 0), tf.add(ofTemperature, ofCandidates));
  return { distances, all, same: tf.logicalAnd(all, sameClass), poison, x, z };
}

/** Log-sum of the scores under the mask and mean distance under their softmax; 0 for no pair. */
function logSumAndMean(scores: tf.Tensor, distances: tf.Tensor, mask: tf.Tensor) {
  const lowest = tf.fill(scores.shape, Number.NEGATIVE_INFINITY);
  const largest = tf.max(tf.where(mask, scores, lowest), 1, true);
  const exps = maskedExp(tf.sub(scores, largest), mask);
  const sum = tf.sum(exps, 1);
  const some = tf.any(mask, 1);
  const logSum = tf.add(tf.log(sum), tf.squeeze(largest, [1]));
  const mean = tf.div(tf.sum(tf.mul(exps, distances), 1), sum);
  const zeros = tf.zerosLike(sum);
  return { logSum: tf.where(some, logSum, zeros), mean: tf.where(some, mean, zeros) };
}

function maskedExp(exponents: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return tf.where(mask, tf.exp(exponents), tf.zerosLike(exponents));
}
