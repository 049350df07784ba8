import * as reference from '@snnl/reference';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { BACKENDS, useBackend } from '../testing/backends';
import { neighborEntanglement } from './neighbor-entanglement';

await useBackend('cpu');

const labels = Array.from({ length: 41 }, (_, i) => (i === 40 ? 9 : (i * i) % 4));
const x = tf.randomNormal<tf.Rank.R2>([41, 5], 0, 1, 'float32', 6);

describe.each(BACKENDS)('on %s', (backend) => {
  test.each(['cosine', 'squaredEuclidean'] as const)(
    'equals the reference, %s',
    async (distance) => {
      await useBackend(backend);
      const rows = await x.array();
      const truth = reference.softNearestNeighborLoss({
        labels,
        features: rows,
        temperature: 0.7,
        distance,
      });
      const options = { temperature: 0.7, distance };
      for (const blockSize of [1, 7, 41, 1024]) {
        const got = await neighborEntanglement(labels, x, { ...options, blockSize });
        // float32 scores of order 10 carry an error of 1e-6.
        expect(Math.abs(got.loss - truth.loss)).toBeLessThan(1e-5 * truth.loss);
        expect(got.anchors).toBe(40);
        for (const [id, entry] of got.perClass) {
          const members = labels.flatMap((label, i) => (label === id ? [i] : []));
          const mean =
            members.reduce((sum, i) => sum + (truth.anchorLosses[i] ?? NaN), 0) / members.length;
          expect(Math.abs(entry.loss - mean)).toBeLessThan(1e-5 * Math.max(1, mean));
          expect(entry.anchors).toBe(id === 9 ? 0 : members.length);
        }
      }
    },
  );
});

test('chance is that of equal distances, and the ratio is 1 there', async () => {
  // Corners of a regular simplex: all pairs equally far.
  const corners = tf.eye(9);
  const ids = [0, 0, 0, 1, 1, 1, 2, 2, 2];
  const got = await neighborEntanglement(ids, corners, { distance: 'squaredEuclidean' });
  expect(got.chance).toBeCloseTo(Math.log(8 / 2), 12);
  expect(got.loss).toBeCloseTo(got.chance, 6);
  expect(got.ratio).toBeCloseTo(1, 6);
  expect([...got.perClass.keys()]).toEqual([0, 1, 2]);
});

test('classes far apart have ratio 0', async () => {
  const ids = [0, 0, 1, 1];
  const got = await neighborEntanglement(
    ids,
    [
      [0, 1],
      [0.1, 1],
      [9, 0],
      [9, 0.1],
    ],
    {
      distance: 'squaredEuclidean',
      temperature: 0.1,
    },
  );
  expect(got.ratio).toBeCloseTo(0, 6);
});

test('one class, one sample and no sample have loss, chance and ratio 0', async () => {
  const zero = { loss: 0, chance: 0, ratio: 0 };
  expect(await neighborEntanglement([3, 3], [[0], [1]])).toMatchObject({ ...zero, anchors: 2 });
  expect(await neighborEntanglement([3], [[1]])).toMatchObject({ ...zero, anchors: 0 });
  const none = await neighborEntanglement([], tf.zeros([0, 2]));
  expect(none).toEqual({ ...zero, anchors: 0, perClass: new Map() });
});

test('NaN in a feature shows', async () => {
  const got = await neighborEntanglement(
    [0, 0, 1],
    [
      [0, 1],
      [1, NaN],
      [2, 2],
    ],
  );
  expect([got.loss, got.ratio]).toEqual([NaN, NaN]);
});

test('one-hot labels, and nothing is left behind', async () => {
  const { numTensors } = tf.memory();
  const oneHot = tf.oneHot(tf.tensor1d([0, 1, 1], 'int32'), 2);
  const got = await neighborEntanglement(oneHot, [
    [0, 1],
    [1, 2],
    [2, 2],
  ]);
  expect(got.anchors).toBe(2);
  expect(tf.memory().numTensors).toBe(numTensors + 2);
});

test.each([
  [{ temperature: -1 }, /greater than 0 .*, but got -1/],
  [{ distance: 'l1' }, /"l1"/],
  [{ blockSize: 0 }, /blockSize .* at least 1, but got 0/],
])('%o is refused', async (options, message) => {
  await expect(neighborEntanglement([0, 0], [[1], [2]], options as object)).rejects.toThrow(
    message,
  );
});

test('labels that do not fit leave nothing behind', async () => {
  const { numTensors } = tf.memory();
  await expect(neighborEntanglement([0, 0, 0], [[1], [2]])).rejects.toThrow(/labels/);
  expect(tf.memory().numTensors).toBe(numTensors);
});

describe('of a larger set', () => {
  const n = 300;
  const y = Int32Array.from({ length: n }, (_, i) => (i === 7 ? 99 : (i * i) % 5));
  const x = tf.add(
    tf.randomNormal([n, 4], 0, 1, 'float32', 3),
    tf.mul(tf.cast(tf.reshape(tf.tensor1d(y, 'int32'), [n, 1]), 'float32'), 0.3),
  ) as tf.Tensor2D;

  test.each(['fused', 'composed'] as const)('tells how far it is, %s', async (kernel) => {
    const seen: number[] = [];
    await neighborEntanglement(y, x, {
      kernel,
      blockSize: 64,
      onProgress: (done) => seen.push(done),
    });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.every((done) => done > 0)).toBe(true);
  });

  test('ends when it is aborted, and leaves nothing behind', async () => {
    const { numTensors } = tf.memory();
    const reason = new Error('enough');
    await expect(neighborEntanglement(y, x, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    for (const kernel of ['fused', 'composed'] as const) {
      const measuring = neighborEntanglement(y, x, {
        kernel,
        blockSize: 8,
        signal: controller.signal,
      });
      controller.abort(reason);
      await expect(measuring).rejects.toBe(reason);
    }
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test('some anchors give an estimate whose interval holds the loss of all', async () => {
    const exact = await neighborEntanglement(y, x);
    let held = 0;
    let sum = 0;
    const draws = 40;
    for (let seed = 1; seed <= draws; seed++) {
      const some = await neighborEntanglement(y, x, { anchors: 60, seed });
      const margin = some.margin ?? Number.NaN;
      expect([some.anchors, some.chance]).toEqual([60, expect.closeTo(exact.chance, 9)]);
      expect(margin).toBeGreaterThan(0);
      if (Math.abs(some.loss - exact.loss) <= margin) held++;
      sum += some.loss - exact.loss;
      // The estimate of all, and those of the classes, are of the same anchors.
      const classes = [...some.perClass.values()];
      const total = classes.reduce((all, { loss, anchors }) => all + loss * anchors, 0);
      expect(total / 60).toBeCloseTo(some.loss, 9);
      // The class of one sample is no anchor, and is told apart from one that was not drawn.
      expect(some.perClass.get(99)).toEqual({ loss: 0, chance: 0, ratio: 0, anchors: 0 });
    }
    // 95 % of 40 are 38; fewer than 33 come about once in a thousand times.
    expect(held).toBeGreaterThanOrEqual(33);
    const single = await neighborEntanglement(y, x, { anchors: 60, seed: 1 });
    expect(Math.abs(sum / draws)).toBeLessThan(single.margin as number);
    expect(await neighborEntanglement(y, x, { anchors: 60, seed: 1 })).toEqual(single);
  });

  test('as many anchors as there are give the loss of all, with no margin', async () => {
    const exact = await neighborEntanglement(y, x);
    const all = await neighborEntanglement(y, x, { anchors: 1000 });
    expect(all.margin).toBe(0);
    expect(all.anchors).toBe(n - 1);
    expect(all.loss).toBeCloseTo(exact.loss, 6);
    expect([...all.perClass.keys()]).toEqual([...exact.perClass.keys()]);
  });
});
