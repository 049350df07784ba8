import { expect, test } from 'vitest';
import { at } from './at.js';
import { normalize, normalizeGradient } from './normalize.js';

test('a normalised vector has length 1', () => {
  expect(normalize([3, 0, -4])).toEqual([0.6, 0, -0.8]);
});

test('the zero vector stays zero and has no gradient', () => {
  expect(normalize([0, 0])).toEqual([0, 0]);
  expect(normalizeGradient([0, 0], [1, 2])).toEqual([0, 0]);
});

test('the gradient is the central difference of the upstream product', () => {
  const row = [1.5, -2, 0.25];
  const upstream = [0.3, 1.1, -0.7];
  const value = (moved: readonly number[]) =>
    normalize(moved).reduce((sum, u, k) => sum + u * at(upstream, k), 0);
  const h = 1e-6;
  normalizeGradient(row, upstream).forEach((got, k) => {
    const shifted = (step: number) => row.map((v, c) => (c === k ? v + step : v));
    expect(got).toBeCloseTo((value(shifted(h)) - value(shifted(-h))) / (2 * h), 8);
  });
});
