import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adjustedRandIndex,
  clusteringAccuracy,
  contingency,
  kMeans,
  normalizedMutualInformation,
} from './clusters';
import { matrix } from './matrix';

describe('kMeans', () => {
  const points = matrix(Float32Array.of(0, 0, 0, 1, 9, 0, 9, 1, 0, 9, 1, 9), 2);

  it('finds well separated groups, the same way each time', () => {
    const options = { clusters: 3, restarts: 5, seed: 7 };
    const ids = kMeans(points, options);
    expect(new Set(ids).size).toBe(3);
    expect([ids[0] === ids[1], ids[2] === ids[3], ids[4] === ids[5]]).toEqual([true, true, true]);
    expect(kMeans(points, options)).toEqual(ids);
  });
});

const classes = [0, 0, 0, 1, 1, 1, 2, 2];

describe('contingency', () => {
  it('counts pairs of cluster and class', () => {
    expect(contingency([1, 1, 0, 0], [0, 2, 2, 2])).toEqual([
      [0, 0, 2],
      [1, 0, 1],
    ]);
  });
});

describe('clusteringAccuracy', () => {
  it('matches clusters to classes one to one', () => {
    expect(clusteringAccuracy([2, 2, 2, 0, 0, 0, 1, 1], classes)).toBe(1);
    // Table [[2, 2, 0], [1, 1, 0], [0, 0, 2]]: best is 2 + 1 + 2 = 5 of 8, whichever way round.
    expect(clusteringAccuracy([0, 0, 1, 0, 0, 1, 2, 2], classes)).toBe(5 / 8);
    // Greedy would give cluster 0 class 0 (3) and leave 0 for cluster 1: 3. The best is 2 + 2 = 4.
    expect(clusteringAccuracy([0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 0, 0])).toBe(4 / 7);
  });

  it('leaves a surplus cluster without a class', () => {
    expect(clusteringAccuracy([0, 1, 2, 2], [0, 0, 1, 1])).toBe(3 / 4);
  });
});

describe('normalizedMutualInformation', () => {
  it('gives NMI 1 for the same partition, 0 for an independent one', () => {
    expect(normalizedMutualInformation([2, 2, 2, 0, 0, 0, 1, 1], classes)).toBeCloseTo(1, 12);
    expect(normalizedMutualInformation([0, 1, 0, 1], [0, 0, 1, 1])).toBeCloseTo(0, 12);
    expect(normalizedMutualInformation([0, 0, 0, 0], [0, 0, 1, 1])).toBe(0);
    expect(normalizedMutualInformation([0, 0], [0, 0])).toBe(1);
  });

  it('gives the NMI computed by hand', () => {
    // Joint counts [[2, 0], [1, 1]] of 4: H(clusters) = ln 2; H(classes) = 0.5623351446;
    // H(joint) = 2 * 0.25 ln 4 + 0.5 ln 2 = 1.0397207708; I = 0.2157615543;
    // mean entropy 0.6277411626; NMI = 0.3437110184.
    expect(normalizedMutualInformation([0, 0, 1, 1], [0, 0, 0, 1])).toBeCloseTo(0.3437110184, 9);
  });
});

describe('adjustedRandIndex', () => {
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
});
