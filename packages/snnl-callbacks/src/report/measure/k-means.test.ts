import { expect, it } from 'vitest';
import { kMeans } from './k-means';
import { matrix } from './matrix';

const points = matrix(Float32Array.of(0, 0, 0, 1, 9, 0, 9, 1, 0, 9, 1, 9), 2);

it('finds well separated groups, the same way each time', () => {
  const options = { clusters: 3, restarts: 5, seed: 7 };
  const ids = kMeans(points, options);
  expect(new Set(ids).size).toBe(3);
  expect([ids[0] === ids[1], ids[2] === ids[3], ids[4] === ids[5]]).toEqual([true, true, true]);
  expect(kMeans(points, options)).toEqual(ids);
});
