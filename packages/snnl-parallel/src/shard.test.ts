import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { Group } from 'snnl-layer';
import { expect, test } from 'vitest';
import { shard } from './shard';

const rankOf = (rank: number, size: number) => ({ rank, size }) as Group;
const parts = <T extends number[] | Int32Array>(data: T, size: number, options = {}) =>
  Array.from({ length: size }, (_, rank) => [...shard(data, rankOf(rank, size), options)]);

test('ranks take turns, so that batches of a number are one batch', () => {
  expect(parts([0, 1, 2, 3, 4, 5, 6], 3)).toEqual([
    [0, 3],
    [1, 4],
    [2, 5],
  ]);
  expect(parts([0, 1, 2, 3], 3, { remainder: 'repeat' })).toEqual([
    [0, 3],
    [1, 0],
    [2, 1],
  ]);
});

test('a seed shuffles all samples, the same on all ranks', () => {
  const data = Int32Array.from({ length: 40 }, (_, i) => i);
  const shuffled = parts(data, 4, { seed: 1 });
  expect(shuffled.flat().sort((a, b) => a - b)).toEqual([...data]);
  expect(shuffled).toEqual(parts(data, 4, { seed: 1 }));
  expect(shuffled).not.toEqual(parts(data, 4, { seed: 2 }));
  expect(shuffled).not.toEqual(parts(data, 4));
});

test('lists of tensors are taken apart in the same places', () => {
  const x = tf.tensor2d([0, 0, 1, 10, 2, 20, 3, 30], [4, 2]);
  const [rows, ids] = shard([x, tf.range(0, 4)], rankOf(1, 2), { seed: 5 });
  const expected = Array.from(ids.dataSync(), (id) => [id, 10 * id]);
  expect(rows.arraySync()).toEqual(expected);
  expect(expected).toHaveLength(2);
});

test('refuses what it cannot deal out', () => {
  expect(() => shard([1], rankOf(0, 2))).toThrow(
    /at least one sample for each of 2 ranks, but got 1/,
  );
  expect(() => shard([tf.zeros([2]), tf.zeros([3])], rankOf(0, 2))).toThrow(/got 2, 3/);
  expect(() => shard([1, 2], rankOf(0, 2), { seed: 0.5 })).toThrow(
    /seed of shard to be an integer/,
  );
  const dataset = { size: null, iterator: async () => ({}) };
  expect(() => shard(dataset, rankOf(0, 2), { seed: 1 })).toThrow(
    /shuffle it, with a seed, before/,
  );
});
