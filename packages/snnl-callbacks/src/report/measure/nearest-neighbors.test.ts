import { expect, it } from 'vitest';
import { matrix } from './matrix';
import { labelsOf, nearestNeighbors } from './nearest-neighbors';

const line = matrix(Float32Array.of(0, 1, 3, 10), 1);

it('finds neighbours, nearest first', () => {
  const { k, indices } = nearestNeighbors(line, matrix(Float32Array.of(2.5, 9), 1), 2);
  expect(k).toBe(2);
  expect(Array.from(indices)).toEqual([2, 1, 3, 2]);
});

it('leaves each point out of its own neighbours', () => {
  const neighbors = nearestNeighbors(line, line, 2, true);
  expect(Array.from(neighbors.indices)).toEqual([1, 2, 0, 2, 1, 0, 2, 1]);
  expect(labelsOf(neighbors, 2, [7, 8, 9, 6])).toEqual([8, 7]);
});

it('finds no more neighbours than there are', () => {
  expect(nearestNeighbors(line, line, 9, true).k).toBe(3);
  expect(nearestNeighbors(line, line, 9).k).toBe(4);
});

it('prefers the lower index among points that are equally near', () => {
  const twins = matrix(Float32Array.of(5, 5, 5), 1);
  expect(Array.from(nearestNeighbors(twins, twins, 1, true).indices)).toEqual([1, 0, 0]);
});
