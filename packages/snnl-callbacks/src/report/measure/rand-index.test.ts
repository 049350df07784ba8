import fc from 'fast-check';
import { expect, it } from 'vitest';
import { adjustedRandIndex } from './rand-index';

it('gives 1 for the same grouping under other names', () => {
  expect(adjustedRandIndex([0, 0, 1, 1, 2], [2, 2, 0, 0, 1])).toBe(1);
  expect(adjustedRandIndex([0, 0], [0, 0])).toBe(1);
});

it('gives the value computed by hand', () => {
  // Table [[2, 0], [1, 1]]: 1 pair together; 2 in clusters, 3 in classes, 6 in all.
  // Expected 1, greatest 2.5, so (1 - 1) / 1.5.
  expect(adjustedRandIndex([0, 0, 1, 1], [0, 0, 0, 1])).toBe(0);
  // Table [[2, 0], [0, 1], [1, 2]]: 1 + 1 = 2 together; 1 + 0 + 3 = 4 and 3 + 3 = 6, of 15.
  // Expected 1.6, greatest 5, so 0.4 / 3.4.
  expect(adjustedRandIndex([0, 0, 1, 2, 2, 2], [0, 0, 1, 0, 1, 1])).toBeCloseTo(0.4 / 3.4, 12);
});

it('equals its definition over pairs, and is negative for a grouping worse than chance', () => {
  const groups = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(groups, (samples) => {
      // Pairs that are together in both, in one, in neither.
      let [both, first, second, neither] = [0, 0, 0, 0];
      samples.forEach(([a, b], i) => {
        for (const [c, d] of samples.slice(0, i)) {
          if (a === c && b === d) both += 1;
          else if (a === c) first += 1;
          else if (b === d) second += 1;
          else neither += 1;
        }
      });
      const divisor = (both + first) * (first + neither) + (both + second) * (second + neither);
      const expected = divisor === 0 ? 1 : (2 * (both * neither - first * second)) / divisor;
      const index = adjustedRandIndex(
        samples.map(([a]) => a),
        samples.map(([, b]) => b),
      );
      expect(index).toBeCloseTo(expected, 9);
    }),
  );
  expect(adjustedRandIndex([0, 1, 0, 1], [0, 0, 1, 1])).toBeLessThan(0);
});
