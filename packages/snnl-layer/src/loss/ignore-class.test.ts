/** Samples without a label, from the loss to what measures and samples. */
import { softNearestNeighborLoss as exactLoss, MISSING_LABEL } from '@snnl/reference';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { balancedBatches } from '../balanced-batches';
import { softNearestNeighbor } from '../layer/layer';
import { entanglement } from '../layer/metric';
import { BACKENDS, useBackend } from '../testing/backends';
import { encodeLabels } from './encode-labels';
import type { Labels } from './label-values';
import { softNearestNeighborLoss } from './loss';
import { neighborEntanglement } from './neighbor-entanglement';

const points = [
  [0, 0.5],
  [0.2, 1],
  [3, 0.1],
  [3, 1],
  [1, 1.5],
  [2, 0.3],
];
const ids = [0, -1, 1, 0, -1, 1];
const labelled = [0, 2, 3, 5];
const reserved = ids.map((id) => (id === -1 ? MISSING_LABEL : id));
const names = ids.map((id) => ['cat', 'dog'][id] ?? '');
const oneHot = ids.map((id) => [Number(id === 0), Number(id === 1)]);
const only = <T>(values: readonly T[]): T[] => labelled.map((row) => values[row] as T);

const exact = (distance: 'cosine' | 'squaredEuclidean', stabilityEpsilon = 0) =>
  exactLoss({ labels: reserved, features: points, temperature: 0.7, distance, stabilityEpsilon });

await useBackend('cpu');

describe.each(BACKENDS)('on %s', (backend) => {
  test.each<[string, Labels, number | string]>([
    ['ids', ids, -1],
    ['float32 ids', Float32Array.from(ids), -1],
    ['bigints', ids.map(BigInt), -1],
    ['names', names, ''],
    ['names and a number', ids.map((id) => (id === -1 ? -1 : `class ${id}`)), -1],
    ['one-hot rows', oneHot, -1],
    ['one-hot rows of three classes', oneHot.map((row) => [...row, 0]), -1],
    ['large ids', ids.map((id) => (id === -1 ? 2 ** 40 : id + 2 ** 30)), 2 ** 40],
    ['a class of several', ids.map((id) => (id === -1 ? 7 : id)), 7],
    ['a column of one-hot rows', oneHot.map(([a = 0, b = 0]) => [a, b, 1 - a - b]), 2],
  ])('the loss of %s', async (_, labels, ignoreClass) => {
    await useBackend(backend);
    for (const distance of ['cosine', 'squaredEuclidean'] as const) {
      const { loss, anchorLosses, featureGradient } = exact(distance);
      const options = { temperature: 0.7, distance, ignoreClass };
      const { value, grad } = tf.valueAndGrad((x) => softNearestNeighborLoss(labels, x, options))(
        tf.tensor2d(points),
      );
      expect(value.arraySync()).toBeCloseTo(loss, 5);
      const rows = grad.arraySync() as number[][];
      for (const [i, row] of featureGradient.entries()) {
        for (const [k, slope] of row.entries()) expect(rows[i]?.[k]).toBeCloseTo(slope, 5);
      }
      const each = softNearestNeighborLoss(labels, points, { ...options, reduction: 'none' });
      for (const [i, one] of each.arraySync().entries()) {
        expect(one).toBeCloseTo(anchorLosses[i] ?? Number.NaN, 5);
      }
      const sum = softNearestNeighborLoss(labels, points, { ...options, reduction: 'sum' });
      expect(sum.arraySync()).toBeCloseTo(
        anchorLosses.reduce((a, b) => a + b),
        5,
      );
    }
  });

  test('the same in tensors', async () => {
    await useBackend(backend);
    const { loss } = exact('cosine');
    for (const labels of [
      tf.tensor1d(ids, 'int32'),
      tf.tensor2d(ids, [6, 1]),
      tf.tensor2d(oneHot, [6, 2], 'bool'),
      tf.tensor2d(oneHot),
    ]) {
      const got = softNearestNeighborLoss(labels, points, { temperature: 0.7, ignoreClass: -1 });
      expect(got.arraySync()).toBeCloseTo(loss, 5);
    }
  });

  test('what stands in such samples does not matter, in value or gradient', async () => {
    await useBackend(backend);
    const spoilt = points.map((row, i) => (ids[i] === -1 ? [Number.NaN, Infinity] : row));
    for (const kernel of ['fused', 'composed'] as const) {
      const options = { temperature: 0.7, ignoreClass: -1, kernel };
      const { value, grad } = tf.valueAndGrad((x) => softNearestNeighborLoss(ids, x, options))(
        tf.tensor2d(spoilt),
      );
      expect(value.arraySync()).toBeCloseTo(exact('cosine').loss, 5);
      const rows = grad.arraySync() as number[][];
      expect(rows.flat().every(Number.isFinite)).toBe(true);
      expect([rows[1], rows[4]].flat()).toEqual([0, 0, 0, 0]);
    }
  });

  test('no sample with a label has no loss, and all have the loss of none ignored', async () => {
    await useBackend(backend);
    const none = new Array(6).fill(-1);
    const at = (labels: Labels, ignoreClass?: number) =>
      softNearestNeighborLoss(labels, points, ignoreClass === undefined ? {} : { ignoreClass });
    expect(at(none, -1).arraySync()).toBe(0);
    const all = [0, 1, 0, 1, 0, 1];
    expect(at(all, -1).arraySync()).toBe(at(all).arraySync());
    expect(at(ids).arraySync()).not.toBeCloseTo(at(ids, -1).arraySync(), 3);
    // A class of that id, on the CPU, is a class like others.
    const least = all.map((id) => (id === 1 ? MISSING_LABEL : id));
    for (const labels of [least, tf.tensor1d(least, 'int32')]) {
      expect(at(labels).arraySync()).toBe(at(all).arraySync());
    }
  });

  test('the stabilised loss is a mean over those with a label', async () => {
    await useBackend(backend);
    const { loss, featureGradient } = exact('cosine', 1e-5);
    const options = { temperature: 0.7, ignoreClass: -1, stabilityEpsilon: 1e-5 };
    const { value, grad } = tf.valueAndGrad((x) => softNearestNeighborLoss(ids, x, options))(
      tf.tensor2d(points),
    );
    expect(value.arraySync()).toBeCloseTo(loss, 5);
    const rows = (grad.arraySync() as number[][]).flat();
    for (const [k, slope] of featureGradient.flat().entries())
      expect(rows[k]).toBeCloseTo(slope, 5);
  });

  test('a memory', async () => {
    await useBackend(backend);
    const got = softNearestNeighborLoss(ids.slice(0, 3), points.slice(0, 3), {
      reduction: 'none',
      ignoreClass: -1,
      memory: { features: points.slice(3), labels: ids.slice(3) },
    });
    const all = exactLoss({
      labels: reserved,
      features: points,
      temperature: 1,
      distance: 'cosine',
    });
    for (const [i, loss] of got.arraySync().entries()) {
      expect(loss).toBeCloseTo(all.anchorLosses[i] ?? Number.NaN, 5);
    }
  });

  test('a data set is measured without them', async () => {
    await useBackend(backend);
    for (const kernel of ['fused', 'composed'] as const) {
      const got = await neighborEntanglement(names, points, { ignoreClass: '', kernel });
      const alone = await neighborEntanglement(only(names), only(points), { kernel });
      expect(got).toEqual(alone);
      expect([...got.perClass.keys()]).toEqual(['cat', 'dog']);
    }
    const none = await neighborEntanglement(ids.fill.call([...ids], -1), points, {
      ignoreClass: -1,
    });
    expect(none).toEqual({ loss: 0, chance: 0, ratio: 0, anchors: 0, perClass: new Map() });
  });
});

test('the metric has the chance level of those with a label', async () => {
  const layer = softNearestNeighbor({ name: 'code', inputShape: [2], factor: 0, ignoreClass: -1 });
  const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: 2 })] });
  model.compile({
    optimizer: 'sgd',
    loss: 'meanSquaredError',
    metrics: [entanglement(layer, { measure: 'ratio' })],
  });
  const [, ratio] = model.evaluate(tf.tensor2d(points), tf.tensor2d(oneHot)) as tf.Scalar[];
  const alone = await neighborEntanglement(only(ids), only(points));
  expect(ratio?.arraySync()).toBeCloseTo(alone.ratio, 5);
});

describe('a layer', () => {
  /** An autoencoder whose layer has labels of its own; its losses in some steps. */
  async function trained(
    rows: readonly number[],
    options: { ignoreClass?: number; factor: number },
  ) {
    const x = tf.input({ shape: [2] });
    const label = tf.input({ shape: [1] });
    const hidden = tf.layers
      .dense({ units: 3, kernelInitializer: tf.initializers.glorotNormal({ seed: 3 }) })
      .apply(x);
    const code = softNearestNeighbor({ name: 'code', ...options }).apply([
      hidden as tf.SymbolicTensor,
      label,
    ]);
    const output = tf.layers
      .dense({ units: 2, kernelInitializer: tf.initializers.glorotNormal({ seed: 4 }) })
      .apply(code) as tf.SymbolicTensor;
    const model = tf.model({ inputs: [x, label], outputs: output });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const of = <T>(values: readonly T[]) => rows.map((row) => values[row] as T);
    const xs = tf.tensor2d(of(points));
    const { history } = await model.fit([xs, tf.tensor2d(of(ids), [rows.length, 1])], xs, {
      epochs: 3,
      batchSize: 6,
      shuffle: false,
      verbose: 0,
    });
    return history.loss as number[];
  }

  test('trains on all samples, by the compiled loss, and on some by its own', async () => {
    const all = [0, 1, 2, 3, 4, 5];
    const semi = await trained(all, { ignoreClass: -1, factor: 1 });
    const plain = await trained(all, { factor: 0 });
    const [first = Number.NaN] = semi;
    const [mse = Number.NaN] = plain;
    expect(first).toBeGreaterThan(mse);
    const ofLabelled = await trained(labelled, { factor: 1 });
    const ofLabelledMse = await trained(labelled, { factor: 0 });
    const [own = Number.NaN] = ofLabelled;
    const [ownMse = Number.NaN] = ofLabelledMse;
    // Before the first step both models are the same: so are the terms of their layers.
    expect(first - mse).toBeCloseTo(own - ownMse, 5);
  });

  test('keeps the class in its config, and in that of a saved model', () => {
    const layer = softNearestNeighbor({ ignoreClass: -1 });
    expect(layer.getConfig().ignoreClass).toBe(-1);
    expect(softNearestNeighbor(layer.getConfig() as object).ignoreClass).toBe(-1);
    expect(softNearestNeighbor({ ignoreClass: 'none' }).ignoreClass).toBe('none');
    expect(softNearestNeighbor().getConfig()).not.toHaveProperty('ignoreClass');
  });
});

test('batches have none of them', () => {
  const batches = balancedBatches([...ids, ...ids], {
    classesPerBatch: 2,
    samplesPerClass: 4,
    seed: 1,
    ignoreClass: -1,
  });
  expect([...batches].map((batch) => [...batch].sort((a, b) => a - b))).toEqual([
    [0, 2, 3, 5, 6, 8, 9, 11],
  ]);
});

test('encoded, they are -1', () => {
  const { ids: encoded, classes } = encodeLabels(names, undefined, { ignoreClass: '' });
  expect([...encoded]).toEqual(ids);
  expect(classes).toEqual(['cat', 'dog']);
  const others = encodeLabels(['', 'dog'], ['cat', 'dog'], { ignoreClass: '' });
  expect([...others.ids]).toEqual([-1, 1]);
});

test('refused', () => {
  expect(() => softNearestNeighborLoss(oneHot, points)).toThrow(/row 1, \[0,0\], has no class/);
  for (const ignoreClass of [0.5, Number.NaN]) {
    expect(() => softNearestNeighborLoss(ids, points, { ignoreClass })).toThrow(
      /Expected ignoreClass of softNearestNeighborLoss to be an integer or a name/,
    );
  }
  const bad = oneHot.map((row, i) => (i === 1 ? [0.2, 0] : row));
  expect(() => softNearestNeighborLoss(bad, points, { ignoreClass: -1 })).toThrow(/sums to 0.2/);
});
