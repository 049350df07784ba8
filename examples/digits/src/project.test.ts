import { randomLcg } from 'd3-random';
import { expect, it } from 'vitest';
import { matrix } from './measure/matrix';
import { project } from './project';

it('gives each point a place, the same one for the same seed', () => {
  const random = randomLcg(5);
  const points = matrix(Float32Array.from({ length: 40 * 6 }, random), 6);
  const places = project(points, 1);
  expect(places).toHaveLength(40);
  expect(places.flat().every(Number.isFinite)).toBe(true);
  expect(project(points, 1)).toEqual(places);
  expect(project(points, 2)).not.toEqual(places);
});
