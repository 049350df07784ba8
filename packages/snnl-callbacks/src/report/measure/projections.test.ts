import { describe, expect, it } from 'vitest';
import { matrix } from './matrix';
import { balancedSubset, principalPlane, umap } from './projections';

/** Points along (3, 4), and a little across it. */
const along = [-2, -1, 1, 2].flatMap((t) => [3 * t, 4 * t, 0]);
const across = [-0.8, 0.6, 0, 0.8, -0.6, 0];

describe('principalPlane', () => {
  it('finds the directions of greatest variance and their shares', () => {
    const { points, explained } = principalPlane(matrix(Float32Array.of(...along, ...across), 3));
    // Sums of squares: 250 along (5t for t = -2, -1, 1, 2), 2 across.
    expect(explained[0]).toBeCloseTo(250 / 252, 6);
    expect(explained[1]).toBeCloseTo(2 / 252, 6);
    const [first] = points;
    expect(Math.abs(first?.[0] ?? 0)).toBeCloseTo(10, 5);
    expect(points.slice(0, 4).map(([, y]) => Math.abs(y) < 1e-5)).toEqual(Array(4).fill(true));
  });

  it.each([
    ['one feature', [1, 2, 4, 5], 1],
    ['features that do not vary', [7, 7, 7, 7, 7, 7], 2],
    ['more features than points', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 6],
  ])('gives finite points for %s', (_, data, columns) => {
    const { points, explained } = principalPlane(matrix(Float32Array.from(data), columns));
    expect(points.length).toBe(data.length / columns);
    expect([...points.flat(), ...explained].every(Number.isFinite)).toBe(true);
  });

  it('projects more points than it takes to find the directions', () => {
    const data = Float32Array.from({ length: 2 * 700 }, (_, i) => (i % 2 === 0 ? i : i % 5));
    const { points, explained } = principalPlane(matrix(data, 2));
    expect(points.length).toBe(700);
    expect(explained[0]).toBeGreaterThan(0.99);
  });
});

describe('umap', () => {
  const random = (i: number): number => Math.sin(i * 12.9898) % 1;
  const data = Float32Array.from({ length: 3 * 40 }, (_, i) => random(i) + (i < 60 ? 0 : 20));

  it('keeps groups apart, the same way each time', async () => {
    const points = await umap(matrix(data, 3), 3);
    const centre = (from: number) =>
      points.slice(from, from + 20).reduce((sum, [x]) => sum + x / 20, 0);
    const distance = (a: number, b: number) =>
      Math.hypot(...[0, 1].map((axis) => (points[a]?.[axis] ?? 0) - (points[b]?.[axis] ?? 0)));
    expect(points.length).toBe(40);
    expect(Number.isFinite(centre(0) + centre(20))).toBe(true);
    expect(distance(0, 39)).toBeGreaterThan(distance(0, 1));
    expect(await umap(matrix(data, 3), 3)).toEqual(points);
  });

  it('lays out four points', async () => {
    const points = await umap(matrix(Float32Array.of(0, 0, 0, 1, 5, 5, 5, 6), 2), 1);
    expect(points.flat().every(Number.isFinite)).toBe(true);
  });
});

describe('balancedSubset', () => {
  const labels = [2, 0, 0, 1, 0, 2, 1, 1, 2];

  it('takes the first samples of each class, in order', () => {
    expect(balancedSubset(labels, 6)).toEqual([0, 1, 2, 3, 5, 6]);
  });

  it('takes all where there are no more', () => {
    expect(balancedSubset(labels, 99)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('gives the share of a small class to the others', () => {
    expect(balancedSubset([0, 0, 0, 0, 0, 1, 2, 2, 2, 2], 7)).toEqual([0, 1, 2, 5, 6, 7, 8]);
  });
});
