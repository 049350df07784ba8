import { describe, expect, test } from 'vitest';
import { crossPair, type Pair, symmetricPairs, tournamentPair } from './tasks';

describe('tournamentPair', () => {
  test.each([1, 2, 3, 4, 7, 8, 51])('meets every pair of %i blocks once, in turn', (blocks) => {
    const turns = new Array<number>(blocks).fill(0);
    const seen = new Set<string>();
    const pair: Pair = { i: 0, j: 0, turn: 0, turnOfJ: 0 };
    for (let p = 0; p < symmetricPairs(blocks); p++) {
      tournamentPair(p, blocks, pair);
      const { i, j, turn } = pair;
      seen.add(`${Math.min(i, j)},${Math.max(i, j)}`);
      for (const block of new Set([i, j])) {
        expect(turn).toBe(turns[block]);
        turns[block] = turn + 1;
      }
    }
    expect(seen.size).toBe(symmetricPairs(blocks));
    expect(turns).toEqual(new Array(blocks).fill(blocks));
  });
});

describe('crossPair', () => {
  test.each([
    [1, 1],
    [1, 5],
    [5, 1],
    [3, 4],
    [4, 3],
    [6, 6],
    [13, 51],
    [51, 13],
  ])('meets every pair of %i and %i blocks once, in turn', (rows, columns) => {
    const turns = new Array<number>(rows + columns).fill(0);
    const seen = new Set<string>();
    const pair: Pair = { i: 0, j: 0, turn: 0, turnOfJ: 0 };
    for (let p = 0; p < rows * columns; p++) {
      crossPair(p, rows, columns, pair);
      const { i, j, turn, turnOfJ } = pair;
      seen.add(`${i},${j}`);
      expect([turn, turnOfJ]).toEqual([turns[i], turns[rows + j]]);
      turns[i] = turn + 1;
      turns[rows + j] = turnOfJ + 1;
    }
    expect(seen.size).toBe(rows * columns);
    expect(turns).toEqual([
      ...new Array<number>(rows).fill(columns),
      ...new Array<number>(columns).fill(rows),
    ]);
  });
});
