import { integersOf, matrixOf, type NeighborProblem, normal, uniform } from '@snnl/reference';
import * as tf from '@tensorflow/tfjs-core';
import { neighborLogSums, softNearestNeighborLoss, UNIT_ROWS } from 'snnl-layer';
import { registerWebgpu } from '../../src/webgpu/register';
import { useWebgpu } from './backend';

/** What the kernels give at the edges of numbers and shapes. */
export interface EdgesReport {
  /** Sums of the weights of each of ten anchors at |A| = 1e8 and more, by the case; each is 1. */
  readonly weightSums: Readonly<Record<string, readonly number[]>>;
  /** Whether ids from 2^24 on gave the bits of small ids, by the first id. */
  readonly largeIds: Readonly<Record<string, boolean>>;
  /** Loss and one gradient of points that are far apart, by their size. */
  readonly far: Readonly<Record<string, readonly number[]>>;
  /** Loss and shape of the gradient of an empty batch, by the reduction. */
  readonly empty: Readonly<Record<string, { loss: number[]; gradient: readonly number[] }>>;
  /** Relative error of |x - z|^2 for two rows that differ by 0.3 in each feature, by their number. */
  readonly constant: Readonly<Record<string, number>>;
  /** Length of a row of 50,000 equal numbers after scaling, less 1. */
  readonly wideUnit: number;
}

const labelsOf = (ids: readonly number[]) => tf.tensor1d(Int32Array.from(ids), 'int32');

/** Value of the sums of some anchors among candidates, and its gradient for A_i or B_i. */
async function sumsAndGradient(
  { anchors, candidates, anchorLabels, candidateLabels, temperature, selfOffset }: NeighborProblem,
  row: number,
  i: number,
): Promise<[sums: Float32Array, gradient: Float32Array]> {
  const x = tf.tensor2d(anchors.map((values) => [...values]));
  const inputs = {
    candidates: candidates === anchors ? x : tf.tensor2d(candidates.map((values) => [...values])),
    anchorLabels: labelsOf(anchorLabels),
    candidateLabels: labelsOf(candidateLabels),
    temperature: tf.scalar(temperature),
  };
  const sums = neighborLogSums({ anchors: x, ...inputs }, { selfOffset });
  const gradient = tf.grad((features) => {
    const of = neighborLogSums({ anchors: features as tf.Tensor2D, ...inputs }, { selfOffset });
    return tf.sum(tf.slice(of, [row, i], [1, 1]));
  })(x);
  return [await sums.data<'float32'>(), await gradient.data<'float32'>()];
}

/** Anchors (the last ten of n) among m candidates of d features, at `selfOffset`. */
interface Case {
  readonly n: number;
  readonly m: number;
  readonly d: number;
  readonly selfOffset: number;
}

/**
 * In a feature that is c for anchor i and 0 for all others, the gradient of A_i (or B_i, row 1) for
 * x_i is -2 c / T times the sum of the weights of i. Of one distance rounded another way in the
 * second pass, a weight is 0 here as often as not.
 */
async function weightSum({ n, m, d, selfOffset }: Case, row: number, i: number): Promise<number> {
  const [size, temperature] = [1000, 0.1];
  const next = normal(d);
  const rows = (count: number, marked: number) =>
    matrixOf(count, d, () => Math.fround(size * next())).map((values, j) => [
      j === marked ? size : 0,
      ...values,
    ]);
  const labels = integersOf(m, 3, uniform(d));
  const candidates = rows(m, selfOffset < 0 ? -1 : selfOffset + i);
  const own = n === m ? candidates : candidates.slice(selfOffset, selfOffset + n);
  const [, gradient] = await sumsAndGradient(
    {
      anchors: selfOffset < 0 ? rows(n, i) : own,
      candidates,
      anchorLabels: labels.slice(Math.max(selfOffset, 0)).slice(0, n),
      candidateLabels: labels,
      ...{ temperature, selfOffset },
    },
    row,
    i,
  );
  return (gradient[i * (d + 1)] ?? Number.NaN) / ((-2 * size) / temperature);
}

async function weightSums(): Promise<Record<string, number[]>> {
  const sums: Record<string, number[]> = {};
  for (const d of [19, 600]) {
    for (const of of [
      { n: 70, m: 200, d, selfOffset: 65 },
      { n: 70, m: 200, d, selfOffset: -1 },
      { n: 130, m: 130, d, selfOffset: 0 },
    ]) {
      for (const row of [0, 1]) {
        const found: number[] = [];
        for (let i = of.n - 10; i < of.n; i++) found.push(await weightSum(of, row, i));
        sums[JSON.stringify({ ...of, row })] = found;
      }
    }
  }
  return sums;
}

async function largeIds(): Promise<Record<string, boolean>> {
  const pool = matrixOf(100, 5, normal(3));
  const problem = (first: number): NeighborProblem => {
    const labels = pool.map((_, i) => first + (i % 4));
    return {
      anchors: pool.slice(10, 80),
      candidates: pool,
      anchorLabels: labels.slice(10, 80),
      candidateLabels: labels,
      temperature: 1,
      selfOffset: 10,
    };
  };
  const bits = async (first: number) =>
    (await sumsAndGradient(problem(first), 1, 7)).map((values) => values.join()).join();
  const small = await bits(0);
  const same: Record<string, boolean> = {};
  for (const first of [2 ** 24, 2 ** 31 - 4, -(2 ** 31) + 1]) {
    same[first] = (await bits(first)) === small;
  }
  return same;
}

async function far(): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const size of [1e18, 6e18, 1e19, 1.5e19]) {
    const x = tf.tensor2d([size, -size, 0.9 * size, -0.9 * size], [4, 1]);
    const loss = (features: tf.Tensor) =>
      softNearestNeighborLoss([0, 0, 1, 1], features, {
        distance: 'squaredEuclidean',
        temperature: 1e6,
      });
    const { value, grad } = tf.valueAndGrad(loss)(x);
    const [gradient = 0] = await grad.data();
    found[size] = [...(await value.data()), gradient];
  }
  return found;
}

async function empty(): Promise<EdgesReport['empty']> {
  const found: Record<string, { loss: number[]; gradient: readonly number[] }> = {};
  const x = tf.tensor2d([], [0, 3]);
  for (const reduction of ['mean', 'sum', 'none'] as const) {
    const loss = (features: tf.Tensor) => softNearestNeighborLoss([], features, { reduction });
    const gradient = tf.grad(loss)(x, reduction === 'none' ? tf.tensor1d([]) : tf.scalar(1));
    found[reduction] = { loss: [...(await loss(x).data())], gradient: gradient.shape };
  }
  return found;
}

async function constant(): Promise<Record<string, number>> {
  const errors: Record<string, number> = {};
  for (const d of [512, 784, 4096, 50_176]) {
    const inputs = {
      anchors: tf.zeros<tf.Rank.R2>([1, d]),
      candidates: tf.fill<tf.Rank.R2>([1, d], 0.3),
      ...{ anchorLabels: labelsOf([0]), candidateLabels: labelsOf([0]) },
      temperature: tf.scalar(1),
    };
    const [, , , , , nearest = Number.NaN] = await neighborLogSums(inputs).data();
    const both = { ...inputs, candidates: tf.concat([inputs.anchors, inputs.candidates]) };
    const self = { ...both, anchors: both.candidates };
    const labels = { anchorLabels: labelsOf([0, 0]), candidateLabels: labelsOf([0, 0]) };
    const sums = await neighborLogSums({ ...self, ...labels }, { selfOffset: 0 }).data();
    const exact = d * Math.fround(0.3) ** 2;
    for (const found of [nearest, sums[10] ?? Number.NaN]) {
      errors[d] = Math.max(errors[d] ?? 0, Math.abs(found / exact - 1));
    }
  }
  return errors;
}

async function wideUnit(): Promise<number> {
  const units = tf.engine().runKernel(UNIT_ROWS, { x: tf.ones([2, 50_000]) }) as tf.Tensor;
  const [unit = Number.NaN] = await units.data();
  return unit * Math.sqrt(50_000) - 1;
}

export async function edges(): Promise<EdgesReport> {
  await useWebgpu();
  await registerWebgpu();
  return {
    weightSums: await weightSums(),
    largeIds: await largeIds(),
    far: await far(),
    empty: await empty(),
    constant: await constant(),
    wideUnit: await wideUnit(),
  };
}
