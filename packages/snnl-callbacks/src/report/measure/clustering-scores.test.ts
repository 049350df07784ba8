import { expect, it } from 'vitest';
import { clusteringAccuracy, normalizedMutualInformation } from './clustering-scores';
import { contingency } from './contingency';

const classes = [0, 0, 0, 1, 1, 1, 2, 2];

it('counts pairs of cluster and class', () => {
  expect(contingency([1, 1, 0, 0], [0, 2, 2, 2])).toEqual([
    [0, 0, 2],
    [1, 0, 1],
  ]);
});

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
