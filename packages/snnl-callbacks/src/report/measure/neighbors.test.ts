import { describe, expect, it } from 'vitest';
import { matrix } from './matrix';
import {
  labelsOf,
  nearestNeighborAccuracy,
  nearestNeighbors,
  neighborConfusion,
} from './neighbors';

describe('nearestNeighbors', () => {
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
});

describe('nearestNeighborAccuracy', () => {
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
});

describe('neighborConfusion', () => {
  it('shares the neighbours of each class among the classes', () => {
    // Two pairs, one of a single class and one mixed; class 3 has no sample.
    const points = matrix(Float32Array.of(0, 1, 10, 11), 1);
    const labels = [0, 0, 1, 2];
    expect(neighborConfusion(nearestNeighbors(points, points, 1, true), labels, labels, 4)).toEqual(
      [
        [1, 0, 0, 0],
        [0, 0, 1, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 0],
      ],
    );
  });

  it('averages over samples and neighbours', () => {
    const points = matrix(Float32Array.of(0, 1, 2), 1);
    const labels = [0, 0, 1];
    expect(neighborConfusion(nearestNeighbors(points, points, 2, true), labels, labels, 2)).toEqual(
      [
        [0.5, 0.5],
        [1, 0],
      ],
    );
  });
});
