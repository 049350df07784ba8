import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { softNearestNeighbor } from '../layer/layer';
import { entanglement } from '../layer/metric';
import { withTargetLabels } from '../layer/target-labels';
import { BACKENDS, useBackend } from '../testing/backends';
import { float64Gradient, float64Loss } from '../testing/float64';
import { softNearestNeighborLoss } from './loss';

await useBackend('cpu');

const points = Array.from({ length: 9 }, (_, i) =>
  [1, 2, 3].map((k) => Math.sin(3 * i + k * k) + 0.1 * i),
);
/** Class 7 is of one sample, which does not count. */
const labels = [0, 1, 2, 0, 1, 2, 7, 0, 1];
const weights = [1, 0.5, 0, 3, 2, 1, 100, 0, 0.25];

/** float32 and its cancellations: see loss.test.ts. */
function expectClose(got: ArrayLike<number>, want: readonly number[]): void {
  expect(got.length).toBe(want.length);
  want.forEach((value, i) => {
    expect(got[i]).toBeCloseTo(value, 4);
  });
}

describe.each(BACKENDS)('on %s', (backend) => {
  test.each(['cosine', 'squaredEuclidean'] as const)('%s: as in float64', async (distance) => {
    await useBackend(backend);
    const options = { temperature: 0.6, distance };
    const problem = { ...options, features: points, labels };
    const loss = (of: readonly number[] | tf.Tensor) => (x: tf.Tensor) =>
      softNearestNeighborLoss(labels, x, { ...options, weights: of as number[] });
    for (const given of [weights, tf.tensor1d(weights), tf.tensor2d(weights, [9, 1])]) {
      const { value, grad } = tf.valueAndGrad(loss(given))(tf.tensor2d(points));
      expectClose(value.dataSync(), [float64Loss({ ...problem, weights })]);
      expectClose(grad.dataSync(), float64Gradient({ ...problem, weights }));
    }
    const even = tf.valueAndGrad(loss(tf.ones([9])))(tf.tensor2d(points));
    expectClose(even.value.dataSync(), [float64Loss(problem)]);
    expectClose(even.grad.dataSync(), float64Gradient(problem));
  });

  test('of 0 for all that count: no loss, no gradient, no NaN', async () => {
    await useBackend(backend);
    for (const none of [labels.map(() => 0), labels.map((id) => Number(id === 7))]) {
      const { value, grad } = tf.valueAndGrad((x) =>
        softNearestNeighborLoss(labels, x, { weights: none }),
      )(tf.tensor2d(points));
      const all = [...value.dataSync(), ...grad.dataSync()];
      expect(all.map((one) => Math.abs(one))).toEqual(new Array(28).fill(0));
    }
  });

  test('that are negative or no numbers are refused, and NaN in tensors', async () => {
    await useBackend(backend);
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const wrong = weights.map((weight, i) => (i === 3 ? bad : weight));
      expect(() => softNearestNeighborLoss(labels, points, { weights: wrong })).toThrow(
        `weights to be finite numbers, 0 or greater, but got ${bad} at 3`,
      );
      const got = softNearestNeighborLoss(labels, points, { weights: tf.tensor1d(wrong) });
      expect(got.arraySync()).toBeNaN();
    }
  });
});

test('sums and losses of anchors are weighted too, with a memory and an epsilon', () => {
  const options = {
    temperature: 0.5,
    memory: { features: points.slice(0, 4), labels: [0, 1, 2, 7] },
  };
  for (const stabilityEpsilon of [0, 0.1]) {
    const given = { ...options, stabilityEpsilon };
    const each = softNearestNeighborLoss(labels, points, {
      ...given,
      reduction: 'none',
    }).arraySync();
    const weighted = { ...given, weights };
    const expected = each.map((value, i) => value * (weights[i] ?? Number.NaN));
    const none = softNearestNeighborLoss(labels, points, { ...weighted, reduction: 'none' });
    expectClose(none.dataSync(), expected);
    const sum = expected.reduce((a, b) => a + b);
    const all = softNearestNeighborLoss(labels, points, { ...weighted, reduction: 'sum' });
    expectClose(all.dataSync(), [sum]);
    // With this memory each anchor has a partner.
    const mean = softNearestNeighborLoss(labels, points, weighted);
    expectClose(mean.dataSync(), [sum / weights.reduce((a, b) => a + b)]);
  }
});

test.each([
  [[1, 2], /weights to be numbers, one for each sample, \[9\], but got float32 of shape \[2\]/],
  [tf.ones([9, 2]), /but got float32 of shape \[9,2\]/],
  [3, /number for each sample, but got 3/],
])('%o are refused', (wrong, message) => {
  expect(() => softNearestNeighborLoss(labels, points, { weights: wrong })).toThrow(message);
});

describe('of the layer', () => {
  const nothing = (_: tf.Tensor, yPred: tf.Tensor) => tf.mul(tf.sum(yPred), 0);
  const x = tf.tensor2d(points);
  const byClass = labels.map((id) => ({ 1: 5, 2: 0.5 })[id] ?? 1);
  const options = { temperature: 0.6, classWeight: { 1: 5, 2: 0.5 }, name: 'code' };
  const want = (of: readonly number[]) =>
    float64Loss({ features: points, labels, temperature: 0.6, distance: 'cosine', weights: of });

  test.each(['ids', 'one-hot rows'])('by class, of %s, in objective and metric', async (form) => {
    const layer = softNearestNeighbor(options);
    const model = tf.sequential({
      layers: [tf.layers.inputLayer({ inputShape: [3] }), layer, tf.layers.dense({ units: 8 })],
    });
    const metrics = [entanglement(layer), entanglement(layer, { measure: 'ratio', name: 'ratio' })];
    const ids = tf.tensor2d(labels, [9, 1]);
    const rows = tf.oneHot(tf.tensor1d(labels, 'int32'), 8);
    if (form === 'ids') {
      model.add(tf.layers.dense({ units: 1 }));
      model.compile({ optimizer: tf.train.sgd(0.1), loss: withTargetLabels(nothing), metrics });
    } else {
      model.compile({ optimizer: tf.train.sgd(0.1), loss: withTargetLabels(nothing), metrics });
    }
    const target = form === 'ids' ? ids : rows;
    const [loss, metric] = (await model.trainOnBatch(x, target)) as number[];
    expectClose([loss ?? NaN, metric ?? NaN], [want(byClass), want(byClass)]);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 10; i++) await model.trainOnBatch(x, target);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test('by a third input, and by class too', async () => {
    const [input, label, weight] = [3, 1, 1].map((size) => tf.input({ shape: [size] }));
    for (const classWeight of [null, options.classWeight]) {
      const layer = softNearestNeighbor({ ...options, classWeight });
      const inputs = [input, label, weight] as tf.SymbolicTensor[];
      const output = layer.apply(inputs) as tf.SymbolicTensor;
      const model = tf.model({
        inputs,
        outputs: tf.layers.dense({ units: 3 }).apply(output) as tf.SymbolicTensor,
      });
      model.compile({ optimizer: tf.train.sgd(0.1), loss: nothing });
      const given = [x, tf.tensor2d(labels, [9, 1]), tf.tensor2d(weights, [9, 1])];
      const of = weights.map((w, i) => w * (classWeight === null ? 1 : (byClass[i] ?? NaN)));
      expectClose([(await model.trainOnBatch(given, tf.zeros([9, 3]))) as number], [want(of)]);
    }
  });

  test('are saved and loaded', async () => {
    const layer = softNearestNeighbor({ ...options, classWeight: { 12: 10, '-1': 0 } });
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [3] }), layer] });
    let saved: tf.io.ModelArtifacts = {};
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = JSON.parse(JSON.stringify({ ...artifacts, weightData: undefined }));
        saved.weightData = artifacts.weightData as ArrayBuffer;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
    expect(loaded.getLayer('code').getConfig()).toEqual(layer.getConfig());
  });

  test.each([[{ 1: -1 }], [{ cat: 2 }], [{ 1: Number.NaN }], [{}], [[[1, 2]]], [{ 16777216: 2 }]])(
    '%o is refused',
    (classWeight) => {
      expect(() => softNearestNeighbor({ classWeight: classWeight as never })).toThrow(
        /finite weights, 0 or greater, by class id/,
      );
    },
  );
});
