import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { neighborProblems, seeds } from './arbitraries.js';
import { at } from './at.js';
import { neighborLogSums, neighborLogSumsGrad } from './oracle.js';
import { blockProblem, mapSums, selfProblem, withUpstream } from './problems.js';
import { matrixOf, normal, uniform } from './random.js';
import type { NeighborProblem } from './types.js';
import { total } from './upstream.js';

describe('sums', () => {
  const problem: NeighborProblem = {
    anchors: [[0], [3]],
    candidates: [[1], [2], [0], [3]],
    anchorLabels: [5, 6],
    candidateLabels: [5, 6, 5, 6],
    temperature: 2,
    selfOffset: 2,
  };

  test('agree with sums written out by hand', () => {
    const [a, b, meanAll, meanSame, count, ...references] = neighborLogSums(problem);
    // Anchor 0 at 0 sees 1, 2 and 3 at squared distances 1, 4 and 9; only 1 is of its class.
    const z = Math.exp(-1 / 2) + Math.exp(-4 / 2) + Math.exp(-9 / 2);
    expect(a[0]).toBeCloseTo(Math.log(z), 12);
    expect(b[0]).toBeCloseTo(-1 / 2, 12);
    const weighted = Math.exp(-1 / 2) + 4 * Math.exp(-4 / 2) + 9 * Math.exp(-9 / 2);
    expect(meanAll[0]).toBeCloseTo(weighted / z, 12);
    expect(meanSame[0]).toBeCloseTo(1, 12);
    expect(count).toEqual([1, 1]);
    // Relative to the nearest, at distance 1, of all and of the class.
    expect(references.map(([first]) => first)).toEqual([
      1,
      expect.closeTo(Math.log(z) + 1 / 2, 12),
      1,
      0,
    ]);
  });

  test('count the sample itself where the sets are disjoint', () => {
    const [, b, , , count] = neighborLogSums({ ...problem, selfOffset: -1 });
    expect(count).toEqual([2, 2]);
    expect(b[0]).toBeCloseTo(Math.log(1 + Math.exp(-1 / 2)), 12);
  });

  test('over nothing are 0', () => {
    expect(neighborLogSums(selfProblem([[1, 2]], [0], 1))).toEqual(new Array(9).fill([0]));
    expect(neighborLogSums(selfProblem([], [], 1))).toEqual(new Array(9).fill([]));
    const lone = neighborLogSums(selfProblem([[0], [1]], [0, 1], 1));
    expect(lone[0]).toEqual([-1, -1]);
    expect(lone[1]).toEqual([0, 0]);
    expect(lone[3]).toEqual([0, 0]);
  });

  test('do not underflow', () => {
    const [a, b] = neighborLogSums(selfProblem([[0], [100]], [0, 0], 0.01));
    expect(a).toEqual([-1e6, -1e6]);
    expect(b).toEqual([-1e6, -1e6]);
  });
});

describe('inputs that are not finite', () => {
  const clean = matrixOf(4, 3, normal(1));
  const disjoint: NeighborProblem = {
    ...selfProblem(clean, [0, 1, 0, 2], 1),
    candidates: matrixOf(3, 3, normal(2)),
    candidateLabels: [0, 0, 1],
    selfOffset: -1,
  };
  const spoil = (rows: readonly (readonly number[])[], value: number) =>
    rows.map((row, i) => row.map((v, k) => (i === 1 && k === 2 ? value : v)));

  test.each([Number.NaN, Infinity, -Infinity])('%f in an anchor spoils that anchor', (value) => {
    const problem = { ...disjoint, anchors: spoil(clean, value) };
    const sums = neighborLogSums(problem);
    expect(sums[4]).toEqual([2, 1, 2, 0]);
    for (const row of sums.filter((_, r) => r !== 4))
      expect(row.map(Number.isNaN)).toEqual([false, true, false, false]);
    const gradient = neighborLogSumsGrad(withUpstream(problem, normal(3)));
    expect(gradient.map((row) => row.every(Number.isNaN))).toEqual([false, true, false, false]);
    expect(gradient.map((row) => row.some(Number.isNaN))).toEqual([false, true, false, false]);
  });

  test.each([Number.NaN, Infinity, -Infinity])('%f in a candidate spoils all', (value) => {
    expectAllSpoilt({ ...disjoint, candidates: spoil(disjoint.candidates, value) });
  });

  test.each([Number.NaN, Infinity, -Infinity, 0, -1])(
    'temperature %f spoils all',
    (temperature) => {
      expectAllSpoilt({ ...disjoint, temperature });
    },
  );

  function expectAllSpoilt(problem: NeighborProblem) {
    const sums = neighborLogSums(problem);
    expect(
      sums
        .filter((_, r) => r !== 4)
        .flat()
        .every(Number.isNaN),
    ).toBe(true);
    expect(sums[4]).toEqual([2, 1, 2, 0]);
    const gradient = neighborLogSumsGrad(withUpstream(problem, normal(3)));
    expect(gradient.flat().every(Number.isNaN)).toBe(true);
  }
});

describe('gradient', () => {
  test('is the central difference of sum a A + b B, candidates constant or moving along', () => {
    fc.assert(
      fc.property(neighborProblems(), seeds(), (drawn, seed) => {
        // Temperatures for which a step of 1e-5 is small.
        const problem = { ...drawn, temperature: 1 + drawn.temperature };
        const gradProblem = withUpstream(problem, normal(seed));
        const next = uniform(seed);
        const i = Math.floor(next() * problem.anchors.length);
        const k = Math.floor(next() * at(problem.anchors, 0).length);
        const [, , , , a, b] = gradProblem.anchorSums;
        const value = (step: number) => {
          const [logSumAll, logSumSame] = neighborLogSums(move(problem, i, k, step));
          return total(a.map((w, n) => w * at(logSumAll, n) + at(b, n) * at(logSumSame, n)));
        };
        const h = 1e-5;
        const slope = (value(h) - value(-h)) / (2 * h);
        const got = at(at(neighborLogSumsGrad(gradProblem), i), k);
        expect(Math.abs(got - slope)).toBeLessThan(1e-4 * (1 + Math.abs(slope)));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('of a block within its pool is that block of the whole gradient', () => {
    const pool = matrixOf(9, 4, normal(5));
    const labels = [0, 1, 0, 2, 1, 1, 0, 2, 3];
    const whole = withUpstream(selfProblem(pool, labels, 2), normal(6));
    const rows = neighborLogSumsGrad(whole);
    const block = neighborLogSumsGrad({
      ...blockProblem(pool, labels, 2, 3, 4),
      anchorSums: mapSums(whole.anchorSums, (row) => row.slice(3, 7)),
      candidateSums: whole.candidateSums,
    });
    expect(block).toEqual(rows.slice(3, 7));
  });
});

/** Moves feature `k` of anchor `i`, and of the candidate that is the same sample. */
function move(problem: NeighborProblem, i: number, k: number, step: number): NeighborProblem {
  const moved = (rows: NeighborProblem['anchors'], index: number) =>
    rows.map((row, r) => row.map((v, c) => (r === index && c === k ? v + step : v)));
  const { selfOffset } = problem;
  return {
    ...problem,
    anchors: moved(problem.anchors, i),
    candidates: selfOffset < 0 ? problem.candidates : moved(problem.candidates, selfOffset + i),
  };
}
