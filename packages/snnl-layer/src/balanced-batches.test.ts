import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { balancedBatches } from './balanced-batches';
import { useBackend } from './testing/backends';

await useBackend('cpu');

/** 40 samples of class 7, 10 of class 2, 6 of class 5, mixed. */
const labels = Array.from({ length: 56 }, (_, i) => {
  const mixed = (i * 37) % 56;
  return mixed < 40 ? 7 : mixed < 50 ? 2 : 5;
});
const byClass = (id: number) => labels.flatMap((label, i) => (label === id ? [i] : []));

test('every batch has P classes x K different samples', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 60 }),
      fc.integer(),
      fc.integer({ min: 1, max: 3 }),
      (extra, seed, classesPerBatch) => {
        // At least 2 samples of classes 0 to 5.
        const all = [...extra, ...Array.from({ length: 12 }, (_, i) => i % 6)];
        const options = { classesPerBatch, samplesPerClass: 2, seed, batchesPerEpoch: 7 };
        const batches = [...balancedBatches(all, options)];
        expect(batches).toHaveLength(7);
        for (const batch of batches) {
          expect(new Set(batch).size).toBe(classesPerBatch * 2);
          const counts = new Map<number, number>();
          for (const i of batch) counts.set(all[i] ?? -1, (counts.get(all[i] ?? -1) ?? 0) + 1);
          expect([...counts.values()]).toEqual(Array(classesPerBatch).fill(2));
        }
      },
    ),
  );
});

test('the seed fixes the sequence; each iteration goes on with the next epoch', () => {
  const options = { classesPerBatch: 2, samplesPerClass: 3, seed: 5 };
  const batches = balancedBatches(labels, options);
  const epochs = [[...batches], [...batches]];
  expect(epochs[0]).not.toEqual(epochs[1]);
  const again = balancedBatches(labels, options);
  expect([[...again], [...again]]).toEqual(epochs);
  expect([...balancedBatches(labels, { ...options, seed: 6 })]).not.toEqual(epochs[0]);
});

test('classes take turns and all samples of a class come before one comes again', () => {
  const options = { classesPerBatch: 3, samplesPerClass: 2, seed: 1, batchesPerEpoch: 20 };
  const drawn = [...balancedBatches(labels, options)].flatMap((batch) => [...batch]);
  const sevens = drawn.filter((i) => labels[i] === 7);
  expect(sevens).toHaveLength(40);
  expect([...sevens].sort((a, b) => a - b)).toEqual(byClass(7));
  const counts = [2, 5, 7].map((id) => drawn.filter((i) => labels[i] === id).length);
  expect(counts).toEqual([40, 40, 40]);
});

test('an epoch has as many batches as the samples fill, unless told otherwise', () => {
  const options = { classesPerBatch: 3, samplesPerClass: 4, seed: 1 };
  const batches = balancedBatches(labels, options);
  expect([batches.batchSize, batches.batchesPerEpoch]).toEqual([12, 4]);
  expect([...batches]).toHaveLength(4);
});

test('feeds tf.data', async () => {
  const x = tf.range(0, labels.length);
  const batches = balancedBatches(labels, { classesPerBatch: 3, samplesPerClass: 2, seed: 3 });
  const dataset = tf.data
    .generator(() => batches[Symbol.iterator]() as Iterator<Int32Array>)
    .map((index) => tf.gather(x, index as tf.TensorLike as number[]));
  const seen = (await dataset.toArray()) as tf.Tensor[];
  expect(seen).toHaveLength(batches.batchesPerEpoch);
  const expected = [
    ...balancedBatches(labels, { classesPerBatch: 3, samplesPerClass: 2, seed: 3 }),
  ];
  expect(seen.map((t) => [...t.dataSync()])).toEqual(expected.map((batch) => [...batch]));
});

describe('a class with too few samples', () => {
  test('is refused by name', () => {
    expect(() =>
      balancedBatches(labels, { classesPerBatch: 2, samplesPerClass: 8, seed: 0 }),
    ).toThrow(/samplesPerClass = 8.*1 have fewer: 5 \(6\).*replacement: true/);
  });

  test('repeats its samples in turn on request, and no other class does', () => {
    const options = { classesPerBatch: 3, samplesPerClass: 8, seed: 0, replacement: true };
    const batches = [...balancedBatches(labels, { ...options, batchesPerEpoch: 5 })];
    for (const batch of batches) {
      const counts = [2, 5, 7].map((id) => [...batch].filter((i) => labels[i] === id).length);
      expect(counts).toEqual([8, 8, 8]);
      // 6 samples of class 5, in 8 places.
      expect(new Set(batch).size).toBeGreaterThanOrEqual(22);
    }
    const drawn = batches.flatMap((batch) => [...batch]);
    const times = (id: number) => byClass(id).map((i) => drawn.filter((j) => j === i).length);
    expect(times(7)).toEqual(Array(40).fill(1));
    expect(times(2).every((count) => count >= 3 && count <= 5)).toBe(true);
    expect([...times(5)].sort()).toEqual([6, 6, 7, 7, 7, 7]);
  });
});

test.each([
  ['too few classes', { classesPerBatch: 4 }, /at least classesPerBatch = 4 classes.*have 3/],
  ['no class', { classesPerBatch: 0 }, /classesPerBatch .* at least 1, but got 0/],
  ['one sample a class', { samplesPerClass: 1 }, /samplesPerClass .* at least 2, but got 1/],
  ['no batch', { batchesPerEpoch: 0 }, /batchesPerEpoch .* at least 1, but got 0/],
  ['a fractional seed', { seed: 0.5 }, /seed .* to be an integer, which fixes .* got 0.5/],
])('%s is refused', (_, change, message) => {
  const options = { classesPerBatch: 2, samplesPerClass: 2, seed: 0, ...change };
  expect(() => balancedBatches(labels, options)).toThrow(message);
});

test('labels that are no class ids are refused', () => {
  const options = { classesPerBatch: 1, samplesPerClass: 2, seed: 0 };
  expect(() => balancedBatches([0, 0, 1.5], options)).toThrow(
    /integer class ids or class names, but got 1.5 at 2/,
  );
});
