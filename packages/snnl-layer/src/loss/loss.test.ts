import { goldenCases, workedExample } from '@snnl/reference';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, useBackend } from '../testing/backends';
import { softNearestNeighborLoss } from './loss';

await useBackend('cpu');

const norm = (values: readonly number[]): number => Math.hypot(...values);
const minus = (a: readonly number[], b: readonly number[]) => a.map((x, i) => x - (b[i] ?? NaN));

/**
 * |got - want| <= tolerance * |want|, or, where the truth is 0 up to rounding (all samples of one
 * class), <= 1e-6: some roundings of terms of order 1.
 */
function expectClose(got: readonly number[], want: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(want.length);
  expect(norm(minus(got, want))).toBeLessThanOrEqual(Math.max(tolerance * norm(want), 1e-6));
}

// float32 keeps 1e-7; distances lose up to two digits to cancellation, which exp passes on as an
// absolute error of the score, d/T * 1e-7. Gradients cancel once more (sum_j G_ij (x_i - x_j)).
const LOSS_TOLERANCE = 1e-5;
const GRADIENT_TOLERANCE = 2e-4;

describe.each(BACKENDS)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  test.each(goldenCases)('golden $name', async (golden) => {
    const { distance, labels } = golden;
    const features = tf.tensor2d(golden.features);
    const loss = (x: tf.Tensor, temperature: tf.Tensor) =>
      softNearestNeighborLoss(tf.tensor1d(labels, 'int32'), x, { temperature, distance });
    const { value, grads } = tf.valueAndGrads(loss)([features, tf.scalar(golden.temperature)]);
    expectClose([...(await value.data())], [golden.loss], LOSS_TOLERANCE);
    const [dx, dT] = await Promise.all(grads.map(async (g) => [...(await g.data())]));
    expectClose(dx ?? [], golden.featureGradient.flat(), GRADIENT_TOLERANCE);
    expectClose(dT ?? [], [golden.temperatureGradient], GRADIENT_TOLERANCE);
    const options = { temperature: golden.temperature, distance };
    const each = softNearestNeighborLoss(labels, features, { ...options, reduction: 'none' });
    expectClose([...(await each.data())], golden.anchorLosses, LOSS_TOLERANCE);
    const total = softNearestNeighborLoss(labels, features, { ...options, reduction: 'sum' });
    expectClose([...(await total.data())], [golden.loss * golden.validAnchors], LOSS_TOLERANCE);
    const published = softNearestNeighborLoss(labels, features, {
      ...options,
      stabilityEpsilon: 1e-5,
    });
    // The published code adds epsilon in float32: its log moves by 1e-7 / 1e-5 where a share is 0.
    expectClose([...(await published.data())], [golden.paperCodeLossEps1e5], 1e-4);
  });

  test('the worked example', async () => {
    const { labels, features, distance, temperature } = workedExample;
    const options = { distance, temperature };
    const loss = softNearestNeighborLoss(labels, tf.tensor2d(features), options);
    expectClose([...(await loss.data())], [workedExample.loss], LOSS_TOLERANCE);
  });

  test('stabilityEpsilon has the gradient of its own formula', async () => {
    const x = tf.randomNormal([6, 3], 0, 1, 'float32', 3);
    const y = [0, 0, 1, 1, 2, 2];
    const options = { temperature: 0.5, stabilityEpsilon: 0.1 } as const;
    const loss = (t: tf.Tensor) => softNearestNeighborLoss(y, t, options);
    const gradient = await tf.grad(loss)(x).data();
    const values = await x.data();
    // Central differences in float32 with step h: error about 1e-7 / h + h^2.
    const h = 5e-3;
    for (const [i, expected] of gradient.entries()) {
      const [up, down] = [h, -h].map((step) => {
        const moved = values.slice();
        moved[i] = (moved[i] ?? NaN) + step;
        return loss(tf.tensor2d(moved, [6, 3])).dataSync()[0] ?? NaN;
      });
      expect(((up ?? NaN) - (down ?? NaN)) / (2 * h)).toBeCloseTo(expected, 3);
    }
  });
});

describe('labels', () => {
  const features = tf.randomNormal([5, 3], 0, 1, 'float32', 1);
  const ids = [4, 0, 4, 2, 0];
  const expected = () => softNearestNeighborLoss(ids, features).arraySync();

  test.each([
    ['a column of ids', tf.tensor2d(ids, [5, 1])],
    ['one-hot rows', tf.oneHot(tf.tensor1d(ids, 'int32'), 5)],
    ['soft rows', tf.add(tf.mul(tf.oneHot(tf.tensor1d(ids, 'int32'), 5), 0.9), 0.02)],
    ['an Int32Array', Int32Array.from(ids)],
    ['nested arrays', ids.map((id) => [id])],
    ['ids that float32 cannot tell apart', ids.map((id) => 2 ** 24 + id)],
  ])('may be %s', (_, labels) => {
    expect(softNearestNeighborLoss(labels, features).arraySync()).toBe(expected());
  });

  test.each([
    ['of another length', [0, 1], /labels .*one for each sample.* got shape \[2\]/],
    ['of rank 3', tf.zeros([5, 2, 2]), /got shape \[5,2,2\]/],
    ['that are fractions', [0, 0.5, 1, 1, 0], /integer class ids or class names, but got 0.5 at 1/],
  ])('%s are refused', (_, labels, message) => {
    expect(() => softNearestNeighborLoss(labels, features)).toThrow(message);
  });

  test('that have changed places with the features are refused', () => {
    const column = tf.tensor1d(ids, 'int32');
    expect(() => softNearestNeighborLoss(features, column)).toThrow(
      /features of shape \[batch, ...\], but got shape \[5\].*\[5,3\]\. Labels come first/,
    );
  });
});

describe('features', () => {
  test('of higher rank are flattened', () => {
    const x = tf.randomNormal([4, 2, 3], 0, 1, 'float32', 2);
    const flat = softNearestNeighborLoss([0, 0, 1, 1], tf.reshape(x, [4, 6])).arraySync();
    expect(softNearestNeighborLoss([0, 0, 1, 1], x).arraySync()).toBe(flat);
  });

  test.each([
    ['a scalar', tf.scalar(1), /shape \[batch, ...\].*got shape \[\]/],
    ['no features', tf.zeros([4, 0]), /at least one feature.*\[4,0\]/],
    ['strings', tf.tensor2d([['a'], ['b']]), /float32, but got string/],
  ])('%s are refused', (_, x, message) => {
    expect(() => softNearestNeighborLoss([0, 1], x)).toThrow(message);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('with %s give NaN, lone anchors too', (bad) => {
    const x = tf.tensor2d([bad, 0, 1, 2, 3, 1], [3, 2]);
    for (const distance of ['cosine', 'squaredEuclidean'] as const) {
      expect(softNearestNeighborLoss([0, 0, 1], x, { distance }).arraySync()).toBeNaN();
      expect(softNearestNeighborLoss([0, 1, 2], x, { distance }).arraySync()).toBeNaN();
    }
  });

  test('a zero vector has zero gradient under the cosine distance', () => {
    const x = tf.tensor2d([0, 0, 1, 2, 3, 1, -1, 1], [4, 2]);
    const gradient = tf.grad((t: tf.Tensor) => softNearestNeighborLoss([0, 0, 1, 1], t))(x);
    const [first, ...others] = gradient.arraySync() as number[][];
    expect(first?.map(Math.abs)).toEqual([0, 0]);
    expect(others.flat().every((g) => Number.isFinite(g) && g !== 0)).toBe(true);
  });
});

describe('temperature', () => {
  const x = tf.randomNormal([6, 3], 0, 1, 'float32', 5);
  const y = [0, 1, 0, 1, 0, 1];

  test('may be a number, a scalar, a one-element tensor or a variable', () => {
    const [expected, ...others] = [
      0.3,
      tf.scalar(0.3),
      tf.tensor1d([0.3]),
      tf.variable(tf.scalar(0.3)),
    ].map((temperature) => softNearestNeighborLoss(y, x, { temperature }).arraySync());
    expect(others).toEqual([expected, expected, expected]);
  });

  test('can be learned as a variable', () => {
    const temperature = tf.variable(tf.scalar(2));
    const loss = () => softNearestNeighborLoss(y, x, { temperature });
    const before = loss().arraySync();
    const optimizer = tf.train.sgd(0.5);
    for (let i = 0; i < 20; i++) optimizer.minimize(loss, false, [temperature]);
    expect(temperature.dataSync()[0]).not.toBe(2);
    expect(loss().arraySync()).toBeLessThan(before);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('%s is refused', (temperature) => {
    expect(() => softNearestNeighborLoss(y, x, { temperature })).toThrow(
      `or a tensor, but got ${temperature}.`,
    );
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a tensor of %s gives NaN', (value) => {
    const temperature = tf.scalar(value);
    expect(softNearestNeighborLoss(y, x, { temperature }).arraySync()).toBeNaN();
  });

  test('a vector is refused', () => {
    const temperature = tf.tensor1d([1, 2]);
    expect(() => softNearestNeighborLoss(y, x, { temperature })).toThrow(/one value.*\[2\]/);
  });
});

describe('memory', () => {
  const x = tf.randomNormal<tf.Rank.R2>([4, 3], 0, 1, 'float32', 8);
  const past = tf.randomNormal<tf.Rank.R2>([5, 3], 0, 1, 'float32', 9);
  const y = [0, 1, 0, 1];
  const pastLabels = [0, 1, 2, 0, 1];

  test.each(['cosine', 'squaredEuclidean'] as const)('adds candidates, %s', (distance) => {
    const memory = { features: past, labels: pastLabels };
    const each = { distance, reduction: 'none' } as const;
    const got = softNearestNeighborLoss(y, x, { ...each, memory }).arraySync();
    const joint = softNearestNeighborLoss([...y, ...pastLabels], tf.concat([x, past]), each);
    expectClose(got, joint.arraySync().slice(0, 4), LOSS_TOLERANCE);
  });

  test('gets no gradient, and its pairs reach the batch', () => {
    const f = (a: tf.Tensor, b: tf.Tensor) =>
      softNearestNeighborLoss(y, a, {
        distance: 'squaredEuclidean',
        memory: { features: b, labels: pastLabels },
      });
    expect(() => tf.grads(f)([x, past])).toThrow(/does not have|Cannot compute gradient/);
    const [dx] = tf.grads((a: tf.Tensor) => f(a, past))([x]);
    const h = 1e-2;
    const values = x.dataSync();
    for (const [i, expected] of dx?.dataSync().entries() ?? []) {
      const [up, down] = [h, -h].map((step) => {
        const moved = values.slice();
        moved[i] = (moved[i] ?? NaN) + step;
        return f(tf.tensor2d(moved, [4, 3]), past).dataSync()[0] ?? NaN;
      });
      expect(((up ?? NaN) - (down ?? NaN)) / (2 * h)).toBeCloseTo(expected, 3);
    }
  });

  test('of other width or with other labels is refused', () => {
    const narrow = { features: tf.zeros([5, 2]), labels: pastLabels };
    expect(() => softNearestNeighborLoss(y, x, { memory: narrow })).toThrow(
      /memory.features to have 3 features.*got 2/,
    );
    const few = { features: past, labels: [1] };
    expect(() => softNearestNeighborLoss(y, x, { memory: few })).toThrow(/memory.labels/);
  });
});

describe('small batches', () => {
  test('of one or two samples have loss and gradient 0', () => {
    for (const y of [[3], [0, 1], [1, 1]]) {
      const x = tf.tensor2d(
        y.flatMap((_, i) => [i, 1]),
        [y.length, 2],
      );
      const { value, grad } = tf.valueAndGrad((t: tf.Tensor) => softNearestNeighborLoss(y, t))(x);
      expect(value.arraySync()).toBe(0);
      expect([...grad.dataSync()].every((g) => g === 0)).toBe(true);
    }
  });
});

test.each(BACKENDS)('an empty batch has loss 0 on %s', async (backend) => {
  await useBackend(backend);
  const [y, x] = [tf.zeros([0], 'int32'), tf.zeros([0, 2])];
  expect(softNearestNeighborLoss(y, x).arraySync()).toBe(0);
  expect(softNearestNeighborLoss(y, x, { reduction: 'none' }).shape).toEqual([0]);
});

test.each([
  ['distance', { distance: 'euclidean' }, /'cosine' or 'squaredEuclidean'.*"euclidean"/],
  ['reduction', { reduction: 'max' }, /'mean', 'sum' or 'none'.*"max"/],
  ['stabilityEpsilon', { stabilityEpsilon: -1 }, /0 or greater, but got -1/],
])('an unknown %s is refused', (_, options, message) => {
  expect(() => softNearestNeighborLoss([0, 0], [[1], [2]], options as object)).toThrow(message);
});
