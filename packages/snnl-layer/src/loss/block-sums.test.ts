import { expect, test } from 'vitest';
import { BlockRows, STRETCH_MS, tileRows } from './block-sums';

/** Sizes of the blocks of 10,000 rows where a row takes `msPerRow`. */
function sizes(rows: BlockRows, msPerRow: number): number[] {
  const taken: number[] = [];
  for (let left = 10_000; left > 0; ) {
    const next = rows.next(left);
    rows.took(next, next * msPerRow);
    taken.push(next);
    left -= next;
  }
  return taken;
}

test('blocks grow to what the event loop may wait, from a size that is soon done', () => {
  expect(sizes(new BlockRows(undefined, 'cpu'), 0.5).slice(0, 5)).toEqual([16, 64, 120, 120, 120]);
  expect(sizes(new BlockRows(undefined, 'wasm'), 0.001).slice(0, 5)).toEqual([
    16, 64, 256, 1024, 1024,
  ]);
});

test('blocks shrink where rows are slow, down to one', () => {
  expect(sizes(new BlockRows(undefined, 'cpu'), 30).slice(0, 4)).toEqual([16, 2, 2, 2]);
  expect(sizes(new BlockRows(undefined, 'cpu'), 1e4).slice(0, 4)).toEqual([16, 2, 1, 1]);
  expect(STRETCH_MS).toBeLessThan(125);
});

test('a size that was asked for is kept, and that of a GPU, which compiles for each', () => {
  expect(new Set(sizes(new BlockRows(100, 'cpu'), 9))).toEqual(new Set([100]));
  expect(sizes(new BlockRows(undefined, 'webgl'), 9).slice(0, 2)).toEqual([1024, 1024]);
});

test('a tile takes what the event loop may wait, its time growing with the square of its rows', () => {
  expect(tileRows(128, STRETCH_MS)).toBe(128);
  expect(tileRows(128, STRETCH_MS / 16)).toBe(512);
  expect([tileRows(128, 0), tileRows(128, 1e9)]).toEqual([2048, 8]);
});
