import { softNearestNeighborLoss as exactLoss } from '@snnl/reference';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { balancedBatches } from '../balanced-batches';
import { softNearestNeighbor } from '../layer/layer';
import { entanglement } from '../layer/metric';
import { withTargetLabels } from '../layer/target-labels';
import { BACKENDS, useBackend } from '../testing/backends';
import { data, models } from '../testing/models';
import { encodeLabels } from './encode-labels';
import type { Labels } from './label-values';
import { readLabels } from './labels';
import { softNearestNeighborLoss } from './loss';
import { neighborEntanglement } from './neighbor-entanglement';

await useBackend('cpu');

/** Two pairs of near points, each of which `mixed` labels with two classes. */
const points = [
  [0, 0],
  [0, 1],
  [3, 0],
  [3, 1],
];
const mixed = [0, 1, 0, 1];
const paired = [0, 0, 1, 1];
const options = { temperature: 0.9, distance: 'squaredEuclidean' } as const;

const reference = (labels: readonly number[]): number =>
  exactLoss({ labels, features: points, ...options }).loss;

/** A value of softNearestNeighborLoss that no check of types keeps away. */
const lossOf = (labels: unknown): number =>
  softNearestNeighborLoss(labels as Labels, points, options).arraySync();

/** `a` for class 0, `b` for class 1. */
const naming = <T>(a: T, b: T): T[] => mixed.map((id) => (id === 0 ? a : b));

describe.each(BACKENDS)('on %s', (backend) => {
  test.each<[string, () => unknown]>([
    ['ids that int32 wraps onto each other', () => naming(7, 2 ** 32 + 7)],
    ['ids on both ends of int32', () => naming(2 ** 31, -(2 ** 31))],
    ['ids that float32 rounds, in a column', () => naming([2 ** 24], [2 ** 24 + 1])],
    [
      'ids that float32 rounds, in columns of typed arrays',
      () => naming(Float64Array.of(2 ** 24), Float64Array.of(2 ** 24 + 1)),
    ],
    ['the largest safe integers', () => naming(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER)],
    ['a Float64Array beyond int32', () => Float64Array.from(naming(1, 2 ** 40))],
    ['a Uint32Array', () => Uint32Array.from(naming(2 ** 32 - 1, 2 ** 32 - 2))],
    ['a BigInt64Array', () => BigInt64Array.from(naming(2n ** 62n, 2n ** 62n + 1n))],
    ['a BigUint64Array', () => BigUint64Array.from(naming(2n ** 63n, 2n ** 63n + 1n))],
    ['bigints', () => naming(0n, 2n ** 80n)],
    ['an Int8Array', () => Int8Array.from(naming(-1, 1))],
    ['a Uint8ClampedArray', () => Uint8ClampedArray.from(mixed)],
    ['a Float32Array', () => Float32Array.from(naming(-0, 2 ** 24 - 1))],
    ['negative ids', () => naming(-1, -2)],
    ['names', () => naming('cat', 'dog')],
    ['names with a column of their own', () => naming(['cat'], ['dog'])],
    ['names that look like numbers', () => naming('1', '01')],
    ['an empty name', () => naming('', '__proto__')],
    ['booleans', () => naming(false, true)],
    ['rows of booleans', () => naming([true, false], [false, true])],
    ['rows of bigints', () => naming([1n, 0n], [0n, 1n])],
    ['rows of typed arrays', () => naming(Uint8Array.of(1, 0), Uint8Array.of(0, 1))],
    ['rounded probabilities', () => naming([0.33, 0.34, 0.32], [0.1, 0.2, 0.7])],
    ['a bool tensor', () => tf.tensor1d(naming(false, true), 'bool')],
    ['bool rows', () => tf.tensor2d(naming([true, false], [false, true]), [4, 2], 'bool')],
    ['large ids in an int32 tensor', () => tf.tensor1d(naming(2 ** 24, 2 ** 24 + 1), 'int32')],
    ['an int32 column', () => tf.tensor2d(mixed, [4, 1], 'int32')],
  ])('%s name two classes', async (_, labels) => {
    await useBackend(backend);
    expect(lossOf(labels())).toBeCloseTo(reference(mixed), 5);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'a fraction',
      () => [0, 0.5, 1, 1],
      /labels to be integer class ids or class names, but got 0.5 at 1/,
    ],
    ['a fraction in a column', () => [[0], [0], [1.5], [1]], /got 1.5 at 2/],
    ['a fraction in a tensor', () => tf.tensor1d([0.5, 0.9, 1.5, 1.7]), /got 0.5 at 0/],
    ['NaN', () => [0, 0, 1, Number.NaN], /got NaN at 3/],
    ['NaN in a tensor', () => tf.tensor2d([0, Number.NaN, 1, 1], [4, 1]), /got NaN at 1/],
    ['Infinity', () => tf.tensor1d([0, 0, Number.NEGATIVE_INFINITY, 1]), /got -Infinity at 2/],
    ['undefined', () => [0, undefined, 1, 1], /got undefined at 1/],
    ['null', () => [null, 0, 1, 1], /got null at 0/],
    ['a hole', () => new Array(4), /got undefined at 0/],
    ['an object', () => [{}, 0, 1, 1], /got an object at 0/],
    ['scalars in an array', () => [tf.scalar(0), 0, 1, 1], /got a tensor at 0/],
    ['an array among ids', () => [0, [0], 1, 1], /got an array at 1/],
    [
      'numbers among names',
      () => ['cat', 'cat', 1, 1],
      /one way.*numbers or by strings, but got 1 at 2 beside "cat"/,
    ],
    ['names among numbers', () => [0, 'a', 1, 1], /got "a" at 1 beside 0/],
    [
      'no labels',
      () => undefined,
      /labels to be an array of one label a sample, but got undefined/,
    ],
    ['null for labels', () => null, /got null/],
    ['a name', () => 'cat', /got "cat"/],
    [
      'a string tensor',
      () => tf.tensor1d(['a', 'a', 'b', 'b']),
      /labels.*got a string tensor.*encodeLabels/,
    ],
    ['too few', () => [0, 1], /one for each sample, but got shape \[2\]/],
    ['too many names', () => ['a', 'a', 'b', 'b', 'b'], /got shape \[5\]/],
    [
      'ragged rows',
      () => [[0], [1, 2], [0], [1]],
      /rows of labels.*first, 1, but row 1 has 2 entries/,
    ],
    ['ids among rows', () => [[0, 1], 1, [1, 0], [1, 0]], /row 1 is 1/],
    [
      'tensors for rows',
      () => naming(tf.tensor1d([1, 0]), tf.tensor1d([0, 1])),
      /row 0 is a tensor/,
    ],
    [
      'a row without class',
      () => [
        [1, 0],
        [0, 0],
        [0, 1],
        [0, 1],
      ],
      /\[4,2\].*row 1, \[0,0\], has no class/,
    ],
    ['zeros', () => tf.zeros([4, 3]), /row 0, \[0,0,0\], has no class/],
    ['rows without entries', () => tf.zeros([4, 0]), /got shape \[4,0\]/],
    [
      'two classes a sample',
      () => [
        [1, 0, 0],
        [0, 1, 0],
        [1, 1, 0],
        [0, 0, 1],
      ],
      /row 2, \[1,1,0\], has 2 classes/,
    ],
    [
      'two classes a sample, as booleans',
      () => naming([true, true], [true, false]),
      /row 0, \[true,true\], has 2 classes/,
    ],
    [
      'ids of steps',
      () => tf.tensor2d(naming([3, 7, 2], [1, 4, 4]).flat(), [4, 3], 'int32'),
      /row 0, \[3,7,2\], seems to hold class ids, one a step/,
    ],
    [
      'NaN in a row',
      () => [
        [1, 0],
        [0, 1],
        [Number.NaN, 1],
        [0, 1],
      ],
      /row 2, \[NaN,1\], holds NaN/,
    ],
    ['names in rows', () => naming(['a', 'b'], ['c', 'd']), /row 0, \["a","b"\], holds "a"/],
    ['logits', () => naming([2.5, -1.5], [-1, 2]), /row 0, \[2.5,-1.5\], holds -1.5, less than 0/],
    ['rows that sum to 2', () => naming([1.25, 0.75], [0, 1]), /row 0, \[1.25,0.75\], sums to 2\./],
    [
      'wide rows',
      () => tf.fill([4, 20], 0.5),
      /\[0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5, ...\], sums to 10\./,
    ],
    ['images', () => tf.zeros([4, 2, 2]), /got shape \[4,2,2\]/],
  ])('%s: refused', async (_, labels, message) => {
    await useBackend(backend);
    expect(() => lossOf(labels())).toThrow(message);
    const { numTensors } = tf.memory();
    await expect(neighborEntanglement(labels() as Labels, points)).rejects.toThrow(message);
    expect(tf.memory().numTensors - numTensors).toBeLessThanOrEqual(2); // those of `labels`
  });
});

test.each<[string, unknown, RegExp]>([
  [
    'plain arrays',
    [2 ** 53, 0, 1, 1],
    /a number is below 2\^53, but got 9007199254740992 at 0.*bigints/,
  ],
  ['a Float64Array', Float64Array.of(0, 1e300, 1, 1), /got 1e\+300 at 1/],
  [
    'a Float32Array',
    Float32Array.of(2 ** 24, 2 ** 24 + 1, 1, 1),
    /float32 holds below 2\^24.*int32/,
  ],
  ['a float32 tensor', tf.tensor1d([0, -(2 ** 24), 1, 1]), /got -16777216 at 1/],
])('ids that %s hold rounded are out of range', (_, labels, message) => {
  expect(() => lossOf(labels)).toThrow(RangeError);
  expect(() => lossOf(labels)).toThrow(message);
});

describe('a memory', () => {
  const withMemory = (labels: Labels, past: Labels) =>
    softNearestNeighborLoss(labels, points.slice(0, 2), {
      ...options,
      reduction: 'sum',
      memory: { features: points.slice(2), labels: past },
    }).arraySync();

  test.each<[string, Labels, Labels]>([
    ['names', ['a', 'b'], ['a', 'b']],
    ['ids beyond int32', [7, 2 ** 32 + 7], [7, 2 ** 32 + 7]],
    ['bigints beside numbers', [7, 9], [7n, 9n]],
    ['a tensor beside an array of large ids', tf.tensor1d([3, 2 ** 30], 'int32'), [3, 2 ** 30]],
    [
      'one-hot rows beside ids',
      [
        [1, 0],
        [0, 1],
      ],
      [0, 1],
    ],
  ])('shares classes with the batch: %s', (_, labels, past) => {
    // Anchors 0 and 1 of `mixed`.
    const { anchorLosses } = exactLoss({ labels: mixed, features: points, ...options });
    const [first = Number.NaN, second = Number.NaN] = anchorLosses;
    expect(withMemory(labels, past)).toBeCloseTo(first + second, 5);
  });

  test('names classes as the batch does', () => {
    expect(() => withMemory([0, 1], ['a', 'b'])).toThrow(
      /memory.labels to name classes in one way.*got "a" at 0 beside 0/,
    );
    expect(() => withMemory(['a', 'b'], [0.5, 1])).toThrow(/memory.labels.*got 0.5 at 0/);
  });
});

test('one class, and no samples', () => {
  expect(lossOf(['a', 'a', 'a', 'a'])).toBe(0);
  expect(softNearestNeighborLoss([], tf.zeros([0, 3])).arraySync()).toBe(0);
  expect(() => softNearestNeighborLoss([1, 2], tf.zeros([0, 3]))).toThrow(/got shape \[2\]/);
});

describe('labels and features that have changed places', () => {
  const swapped = /Labels come first/;
  test.each<[string, unknown, unknown]>([
    ['arrays', points, paired],
    ['a tensor and an array', tf.tensor2d(points), paired],
    ['an array and a tensor', points, tf.tensor1d(paired)],
    ['an array and names', points, ['a', 'a', 'b', 'b']],
    ['images and a column', tf.zeros([4, 2, 2, 1]), tf.tensor2d(paired, [4, 1])],
    ['nested arrays and a typed array', points.map((row) => [row, row]), Int32Array.from(paired)],
  ])('%s', async (_, first, second) => {
    const [labels, features] = [first as Labels, second as tf.TensorLike];
    expect(() => softNearestNeighborLoss(labels, features)).toThrow(swapped);
    await expect(neighborEntanglement(labels, features)).rejects.toThrow(swapped);
  });

  test('where only values tell', () => {
    const column = tf.tensor2d(paired, [4, 1]);
    expect(() => softNearestNeighborLoss(points, column)).toThrow(/no class.*first argument/);
  });
});

test('the entanglement of a data set has the classes by name', async () => {
  const { loss, perClass } = await neighborEntanglement(naming('dog', 'cat'), points, options);
  expect(loss).toBeCloseTo(reference(mixed), 5);
  expect([...perClass.keys()]).toEqual(['cat', 'dog']);
  const large = await neighborEntanglement(
    naming<number | bigint>(2 ** 32 + 7, 7n),
    points,
    options,
  );
  expect(large.loss).toBeCloseTo(reference(mixed), 5);
  expect([...large.perClass.keys()]).toEqual([7, 2 ** 32 + 7]);
});

describe('encodeLabels', () => {
  test.each<[string, Labels & object, number[], unknown[]]>([
    ['names', ['dog', 'cat', 'dog'], [1, 0, 1], ['cat', 'dog']],
    ['numbers, in rising order', [10, 9, -1], [2, 1, 0], [-1, 9, 10]],
    ['bigints, as numbers where these are exact', [2n ** 60n, 5n], [1, 0], [5, 2n ** 60n]],
    ['booleans', [true, false], [1, 0], [0, 1]],
    [
      'one-hot rows',
      [
        [0, 0, 1],
        [1, 0, 0],
      ],
      [1, 0],
      [0, 2],
    ],
    ['none', [], [], []],
  ])('numbers %s', (_, values, ids, classes) => {
    expect(encodeLabels(values as string[])).toEqual({ ids: Int32Array.from(ids), classes });
  });

  test('numbers by classes that are given', () => {
    const { classes } = encodeLabels(['a', 'b', 'c']);
    expect(encodeLabels(['c', 'a'], classes).ids).toEqual(Int32Array.of(2, 0));
    expect(() => encodeLabels(['c', 'd'], classes)).toThrow(
      /the 3 classes given, but got "d" at 1/,
    );
    expect(() => encodeLabels([1], classes)).toThrow(/one way.*got 1 at 0 beside "a"/);
    expect(() => encodeLabels(['a'], ['a', 'a'])).toThrow(/once/);
  });

  test('reads no tensor', () => {
    // @ts-expect-error It is asynchronous to read one.
    expect(() => encodeLabels(tf.tensor1d([1]))).toThrow(/got a tensor. Read it: await/);
  });
});

test('readLabels numbers the classes of several sets together', async () => {
  const read = await readLabels(
    { labels: tf.tensor1d([5, 9], 'int32'), samples: 2, name: 'y' },
    { labels: [9n, 1n, 5n], samples: 3, name: 'references.y' },
  );
  expect(read).toEqual({ ids: [Int32Array.of(1, 2), Int32Array.of(2, 0, 1)], classes: [1, 5, 9] });
  const few = readLabels({ labels: ['a'], samples: 2, name: 'y' });
  await expect(few).rejects.toThrow(/y to be class ids of shape \[2\].*got shape \[1\]/);
});

describe('balancedBatches', () => {
  const shape = { classesPerBatch: 2, samplesPerClass: 2, seed: 1 };
  test.each<[string, unknown]>([
    ['names', naming('cat', 'dog')],
    ['ids beyond int32', naming(7, 2 ** 32 + 7)],
    ['bigints', BigInt64Array.from(naming(1n, 2n))],
    ['one-hot rows', naming([1, 0], [0, 1])],
  ])('deals by %s as by ids', (_, labels) => {
    const batches = [...balancedBatches(labels as string[], shape)];
    expect(batches).toEqual([...balancedBatches(mixed, shape)]);
  });

  test.each<[string, unknown, RegExp]>([
    ['a tensor', tf.tensor1d([0, 0]), /labels.*got a tensor. Read it: await tensor.array\(\)/],
    ['undefined', undefined, /labels.*got undefined/],
    ['a missing label', [0, 0, undefined], /got undefined at 2/],
    [
      'two classes a sample',
      [
        [1, 1],
        [0, 1],
      ],
      /has 2 classes/,
    ],
  ])('refuses %s', (_, labels, message) => {
    expect(() => balancedBatches(labels as string[], shape)).toThrow(message);
  });

  test('names a short class', () => {
    const labels = ['cat', 'cat', 'cat', 'dog', 'dog'];
    expect(() => balancedBatches(labels, { ...shape, samplesPerClass: 3 })).toThrow(/"dog" \(2\)/);
  });
});

describe('the layer', () => {
  const compiled = (loss = 'categoricalCrossentropy', units = 3) => {
    const layer = softNearestNeighbor({ name: 'code' });
    const model = models.sequential(layer, units);
    model.compile({
      optimizer: tf.train.sgd(0),
      loss: withTargetLabels(loss),
      metrics: [entanglement(layer)],
    });
    return model;
  };

  test('checks every batch, and trains on after a bad one', async () => {
    const { x, y } = data(6);
    const model = compiled();
    const [, good] = (await model.trainOnBatch(x, y)) as number[];
    const zeros = tf.zeros([6, 3]);
    for (const run of [() => model.trainOnBatch(x, zeros), async () => model.evaluate(x, zeros)]) {
      await expect(run()).rejects.toThrow(/'code'.*the target.*row 0, \[0,0,0\], has no class/);
    }
    expect((await model.trainOnBatch(x, y)) as number[]).toContain(good);
  });

  test('checks what comes from a dataset', async () => {
    const { x, y } = data(12);
    const rows = (await y.array()).map((row, i) => (i === 9 ? [1, 1, 0] : row));
    const dataset = tf.data
      .zip({ xs: tf.data.array(await x.array()), ys: tf.data.array(rows) })
      .batch(6) as tf.data.Dataset<tf.TensorContainer>;
    await expect(compiled().fitDataset(dataset, { epochs: 1, verbose: 0 })).rejects.toThrow(
      /row 3, \[1,1,0\], has 2 classes/,
    );
  });

  test('refuses ids that float32 has rounded', async () => {
    const { x } = data(6);
    const ids = tf.tensor2d([0, 1, 2, 0, 1, 2 ** 24], [6, 1]);
    await expect(compiled('meanSquaredError', 1).trainOnBatch(x, ids)).rejects.toThrow(RangeError);
  });

  test('runs no kernel for its labels', async () => {
    const { x, y } = data(6);
    const { kernels } = await tf.profile(() => softNearestNeighborLoss(y, x));
    expect(kernels.map(({ name }) => name)).not.toContain('ArgMax');
  });
});
