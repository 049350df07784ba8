import { expect, it } from 'vitest';
import { matrix } from './matrix';
import { nearestNeighbors } from './nearest-neighbors';
import { neighborConfusion } from './neighbor-confusion';

it('shares the neighbours of each class among the classes', () => {
  // Two pairs, one of a single class and one mixed; class 3 has no sample.
  const points = matrix(Float32Array.of(0, 1, 10, 11), 1);
  const labels = [0, 0, 1, 2];
  expect(neighborConfusion(nearestNeighbors(points, points, 1, true), labels, labels, 4)).toEqual([
    [1, 0, 0, 0],
    [0, 0, 1, 0],
    [0, 1, 0, 0],
    [0, 0, 0, 0],
  ]);
});

it('averages over samples and neighbours', () => {
  const points = matrix(Float32Array.of(0, 1, 2), 1);
  const labels = [0, 0, 1];
  expect(neighborConfusion(nearestNeighbors(points, points, 2, true), labels, labels, 2)).toEqual([
    [0.5, 0.5],
    [1, 0],
  ]);
});
