import { describe, expect, test } from 'vitest';
import { type Pair, symmetricPairs, tournamentPair } from './tasks';

describe('tournamentPair', () => {
  test.each([1, 2, 3, 4, 7, 8, 51])('meets every pair of %i blocks once, in turn', (blocks) => {
    const turns = new Array<number>(blocks).fill(0);
    const seen = new Set<string>();
    const pair: Pair = { i: 0, j: 0, turn: 0 };
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
