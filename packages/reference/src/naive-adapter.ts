import * as tf from '@tensorflow/tfjs-core';
import { at } from './at.js';
import type {
  KernelAdapter,
  KernelGradientInputs,
  KernelInputs,
  OptionalKernel,
  RunKernel,
} from './conformance/adapter.js';
import { MISSING_LABEL } from './pairs.js';

/** An adapter that has every kernel. */
export interface WholeAdapter extends Required<Omit<KernelAdapter, 'dispose' | 'optional'>> {
  readonly optional: Readonly<Record<OptionalKernel, RunKernel>>;
}

/**
 * All kernels from core tfjs operations over whole N x M matrices: slow, short, and enough to
 * see the conformance suite pass. Only the tests of this package use it.
 */
export const naiveAdapter = createNaiveAdapter();

/** @param centered without it the kernels lose their digits under a common offset. */
export function createNaiveAdapter(centered = true): WholeAdapter {
  return {
    async setup() {
      await tf.setBackend('cpu');
      await tf.ready();
    },
    forward: (inputs, selfOffset) => tf.tidy(() => naiveForward(inputs, selfOffset, centered)),
    gradient: (inputs, selfOffset) => tf.tidy(() => naiveGradient(inputs, selfOffset, centered)),
    optional: {
      SnnlUnitRows: ({ x }) => tf.tidy(() => unitRows(x as tf.Tensor2D).units),
      SnnlUnitRowsGrad: ({ x, dy }) =>
        tf.tidy(() => unitRowsGradient(x as tf.Tensor2D, dy as tf.Tensor2D)),
      SnnlReducedLoss: ({ sums, temperature }, { mean }) =>
        tf.tidy(() => lossOf(sums as tf.Tensor2D, temperature as tf.Scalar, mean === true)),
      SnnlLossAnchorSums: ({ sums, dy }, { mean }) =>
        tf.tidy(() => slopesOf(sums as tf.Tensor2D, dy as tf.Scalar, mean === true)),
      SnnlAnchorSums: ({ sums, dy }) =>
        tf.tidy(() =>
          tf.concat([tf.slice(sums as tf.Tensor2D, 5, 4), tf.slice(dy as tf.Tensor2D, 0, 2)], 0),
        ),
      SnnlCrossLogSums: (inputs) =>
        tf.tidy(() => {
          const side = inputs as object as KernelInputs;
          const exchanged = {
            ...side,
            anchors: side.candidates,
            candidates: side.anchors,
            anchorLabels: side.candidateLabels,
            candidateLabels: side.anchorLabels,
          };
          return tf.concat(
            [side, exchanged].map((one) => naiveForward(one, -1, centered)),
            1,
          );
        }),
      SnnlBatchLoss: (inputs, { cosine, mean }) =>
        tf.tidy(() => {
          const batch = ofBatch(inputs as object as BatchInputs, cosine === true);
          const sums = naiveForward(batch, 0, centered);
          return [lossOf(sums, batch.temperature, mean === true), sums];
        }),
      SnnlBatchLossGrad: (inputs, { cosine, mean }) =>
        tf.tidy(() => {
          const batch = ofBatch(inputs as object as BatchInputs, cosine === true);
          const anchorSums = slopesOf(
            inputs.sums as tf.Tensor2D,
            inputs.dy as tf.Scalar,
            mean === true,
          );
          const of = { ...batch, anchorSums, candidateSums: anchorSums };
          const gradient = naiveGradient(of, 0, centered);
          if (!cosine) return gradient;
          const ofFeatures = unitRowsGradient(inputs.features as tf.Tensor2D, gradient);
          return orZeros(labelled(batch.anchorLabels), ofFeatures);
        }),
    },
  };
}

/** Rows of length 1, and 1 over their lengths; a row of zeros has 0 for both. */
function unitRows(x: tf.Tensor2D) {
  const largest = tf.max(tf.abs(x), 1, true);
  const zero = tf.cast(tf.equal(largest, 0), 'float32');
  const scaled = tf.div(x, tf.add(largest, zero));
  const length = tf.add(tf.norm(scaled, 2, 1, true), zero);
  return {
    units: tf.div<tf.Tensor2D>(scaled, length),
    largest: tf.add(largest, zero),
    length,
    zero,
  };
}

function unitRowsGradient(x: tf.Tensor2D, dy: tf.Tensor2D): tf.Tensor2D {
  const { units, largest, length, zero } = unitRows(x);
  const along = tf.sum(tf.mul(units, dy), 1, true);
  const apart = tf.mul(tf.sub(dy, tf.mul(units, along)), tf.sub(1, zero));
  return tf.div(tf.div(apart, length), largest);
}

interface BatchInputs {
  readonly features: tf.Tensor2D;
  readonly labels: tf.Tensor1D;
  readonly temperature: tf.Scalar;
}

function ofBatch({ features, labels, temperature }: BatchInputs, cosine: boolean) {
  const rows = cosine ? unitRows(features).units : features;
  const classes = { anchorLabels: labels, candidateLabels: labels };
  return { anchors: rows, candidates: rows, ...classes, temperature };
}

/** Which anchors have a partner, and what a sum over them is divided by. */
function partners(sums: tf.Tensor2D, mean: boolean) {
  const counted = tf.cast(tf.greater(tf.slice(sums, [4, 0], [1, -1]), 0), 'float32');
  return { counted, divisor: mean ? tf.maximum(tf.sum(counted), 1) : tf.scalar(1) };
}

function lossOf(sums: tf.Tensor2D, temperature: tf.Scalar, mean: boolean): tf.Tensor {
  const [nearestAll, relativeAll, nearestSame, relativeSame] = tf.unstack(tf.slice(sums, 5, 4));
  const apart = tf.div(tf.sub(nearestSame as tf.Tensor, nearestAll as tf.Tensor), temperature);
  const { counted, divisor } = partners(sums, mean);
  const relative = tf.sub(relativeAll as tf.Tensor, relativeSame as tf.Tensor);
  return tf.div(tf.sum(tf.mul(tf.add(relative, apart), counted)), divisor);
}

function slopesOf(sums: tf.Tensor2D, dy: tf.Scalar, mean: boolean): tf.Tensor2D {
  const { counted, divisor } = partners(sums, mean);
  const slope = tf.mul(counted, tf.div(dy, divisor));
  return tf.concat([tf.slice(sums, 5, 4), slope, tf.neg(slope)], 0) as tf.Tensor2D;
}

function naiveForward(inputs: KernelInputs, selfOffset: number, centered: boolean): tf.Tensor2D {
  const [n, m] = [inputs.anchors.shape[0], inputs.candidates.shape[0]];
  if (n === 0) return tf.zeros([9, 0]);
  const { distances, all, same, poison } = pairs(inputs, selfOffset, centered);
  const zeros = tf.zeros([n]);
  const noSum = { logSum: zeros, mean: zeros, nearest: zeros, relative: zeros };
  const sums = (mask: tf.Tensor) =>
    m === 0 ? noSum : softSums(distances, inputs.temperature, mask);
  const [ofAll, ofSame] = [sums(all), sums(same)];
  const count = tf.sum(tf.cast(same, 'float32'), 1);
  const poisoned = (rows: tf.Tensor[]) => rows.map((row) => tf.add(row, poison));
  return tf.stack([
    ...poisoned([ofAll.logSum, ofSame.logSum, ofAll.mean, ofSame.mean]),
    count,
    ...poisoned([ofAll.nearest, ofAll.relative, ofSame.nearest, ofSame.relative]),
  ]) as tf.Tensor2D;
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
  const ofAnchors = tf.unstack(tf.expandDims(anchorSums, 2));
  const ofCandidates = tf.unstack(tf.expandDims(candidateSums, 1));
  let weights = tf.zerosLike(distances);
  for (const sums of [ofAnchors, ofCandidates]) {
    for (const [first, upstream, mask] of [
      [0, 4, all],
      [2, 5, same],
    ] as const) {
      const exponents = tf.div(tf.sub(at(sums, first), distances), temperature);
      const share = maskedExp(tf.minimum(tf.sub(exponents, at(sums, first + 1)), 0), mask);
      weights = tf.add(weights, tf.mul(at(sums, upstream), share));
    }
  }
  const g = tf.div(tf.neg(weights), temperature);
  const pulled = tf.sub(tf.mul(x, tf.sum(g, 1, true)), tf.matMul(g, z));
  return tf.add(tf.mul(pulled, 2), poisonColumn);
}

const labelled = (labels: tf.Tensor1D): tf.Tensor1D =>
  tf.notEqual(labels, tf.scalar(MISSING_LABEL, 'int32'));

/** `x` with zeros in the rows that `keeps` says false of, whatever they hold. */
const orZeros = (keeps: tf.Tensor1D, x: tf.Tensor2D): tf.Tensor2D =>
  tf.where(tf.expandDims(keeps, 1), x, tf.zerosLike(x));

/** Distances and masks `[N, M]`, centred points, and `poison` `[N]`: 0, or NaN to pass on. */
function pairs(
  { anchors, candidates, anchorLabels, candidateLabels, temperature }: KernelInputs,
  selfOffset: number,
  centered: boolean,
) {
  const [n, m] = [anchors.shape[0], candidates.shape[0]];
  const [isAnchor, isCandidate] = [labelled(anchorLabels), labelled(candidateLabels)];
  const rows = orZeros(isCandidate, candidates);
  const count = tf.maximum(tf.sum(tf.cast(isCandidate, 'float32')), 1);
  const center: tf.Tensor =
    m === 0 || !centered ? tf.scalar(0) : tf.div(tf.sum(rows, 0, true), count);
  const x = orZeros(isAnchor, tf.sub<tf.Tensor2D>(anchors, center));
  const z = orZeros(isCandidate, tf.sub<tf.Tensor2D>(candidates, center));
  const xx = tf.sum(tf.square(x), 1, true);
  const zz = tf.reshape(tf.sum(tf.square(z), 1), [1, m]);
  const cross = tf.mul(tf.matMul(x, z, false, true), 2);
  const distances = tf.relu(tf.sub(tf.add(xx, zz), cross));

  const columns = tf.reshape(tf.range(0, m, 1, 'int32'), [1, m]);
  const selves = tf.add(tf.range(0, n, 1, 'int32'), tf.scalar(selfOffset, 'int32'));
  const others =
    selfOffset < 0 ? tf.ones([n, m], 'bool') : tf.notEqual(columns, tf.expandDims(selves, 1));
  const bothLabelled = tf.logicalAnd(tf.expandDims(isAnchor, 1), tf.expandDims(isCandidate, 0));
  const all = tf.logicalAnd(others, bothLabelled);
  const sameClass = tf.equal(tf.expandDims(anchorLabels, 1), tf.expandDims(candidateLabels, 0));

  const usable = tf.logicalAnd(tf.isFinite(temperature), tf.greater(temperature, 0));
  const ofTemperature = tf.where(usable, tf.scalar(0), tf.scalar(Number.NaN));
  const ofCandidates = tf.sum(tf.mul(zz, 0));
  const spoilt = tf.add(tf.mul(tf.reshape(xx, [n]), 0), tf.add(ofTemperature, ofCandidates));
  const poison = tf.where(isAnchor, spoilt, tf.zerosLike(spoilt));
  return { distances, all, same: tf.logicalAnd(all, sameClass), poison, x, z };
}

/** Sums over the pairs under the mask, relative to the nearest too; zeros for no pair. */
function softSums(distances: tf.Tensor, temperature: tf.Scalar, mask: tf.Tensor) {
  const farthest = tf.fill(distances.shape, Number.POSITIVE_INFINITY);
  const nearest = tf.min(tf.where(mask, distances, farthest), 1);
  const exponents = tf.div(tf.sub(tf.expandDims(nearest, 1), distances), temperature);
  const exps = maskedExp(exponents, mask);
  const sum = tf.sum(exps, 1);
  const relative = tf.log(sum);
  const logSum = tf.sub(relative, tf.div(nearest, temperature));
  const mean = tf.div(tf.sum(tf.mul(exps, distances), 1), sum);
  const some = tf.any(mask, 1);
  const orZero = (values: tf.Tensor) => tf.where(some, values, tf.zerosLike(values));
  return {
    logSum: orZero(logSum),
    mean: orZero(mean),
    nearest: orZero(nearest),
    relative: orZero(relative),
  };
}

function maskedExp(exponents: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return tf.where(mask, tf.exp(exponents), tf.zerosLike(exponents));
}
