import { expect, it } from 'vitest';
import { matrix } from './matrix';
import { nearestNeighborAccuracy } from './neighbor-accuracy';

// On a line: class 0 at 0, 1, 2; class 1 at 10, 11.
const references = matrix(Float32Array.of(0, 1, 2, 10, 11), 1);
const labels = [0, 0, 0, 1, 1];

it('takes the majority of the k nearest', () => {
  const queries = matrix(Float32Array.of(0.4, 10.4, 6.9), 1);
  // k = 1: neighbours 0; 10; 10, so classes 0, 1, 1.
  expect(nearestNeighborAccuracy(references, labels, queries, [0, 1, 1], 1)).toBe(1);
  // k = 3: the last one has 10, 11 and 2 nearest: class 1. k = 5: class 0 three times to two.
  expect(nearestNeighborAccuracy(references, labels, queries, [0, 1, 1], 3)).toBe(1);
  expect(nearestNeighborAccuracy(references, labels, queries, [0, 1, 1], 5)).toBeCloseTo(1 / 3);
});

it('gives a tie to the nearest class', () => {
  const query = matrix(Float32Array.of(9), 1);
  // k = 4: 10, 11, 2, 1: two of each, class 1 nearest.
  expect(nearestNeighborAccuracy(references, labels, query, [1], 4)).toBe(1);
});

it('measures distance over all dimensions', () => {
  const corners = matrix(Float32Array.of(0, 0, 0, 5, 5, 0), 2);
  const query = matrix(Float32Array.of(1, 4), 2);
  expect(nearestNeighborAccuracy(corners, [0, 1, 2], query, [1], 1)).toBe(1);
});
