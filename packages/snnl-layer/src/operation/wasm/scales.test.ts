import { neighborLogSums, softNearestNeighborLoss, toRows } from '@snnl/reference';
import { describe, expect, test } from 'vitest';
import { backward } from './backward';
import { compileKernels } from './builds';
import { forward } from './forward';
import type { GradProblem, Problem } from './problem';
import { Runtime } from './runtime';
import { randomProblem } from './testing';

/** From equal weights to one that is everything, with |A| up to 1e9. */
const temperatures = [1e4, 10, 1, 0.1, 0.01, 1e-3, 1e-5, 1e-7];

/** Rows 5 to 8 of the sums, with dL/dA or dL/dB of 1 for every anchor. */
function sumsOf(sums: Float32Array, ofClass: boolean): Float32Array {
  const n = sums.length / 9;
  const anchorSums = new Float32Array(6 * n);
  anchorSums.set(sums.subarray(5 * n));
  anchorSums.fill(1, (ofClass ? 5 : 4) * n, (ofClass ? 6 : 5) * n);
  return anchorSums;
}

/** `columns` more features before those of each row. */
function widen(rows: Float32Array, d: number, columns: (row: number) => number[]): Float32Array {
  return Float32Array.from(
    toRows(rows, rows.length / d, d).flatMap((row, i) => [...columns(i), ...row]),
  );
}

/** Anchors of 203 samples against the rest, each anchor moved by 1 in a feature of its own. */
function disjoint(temperature: number): Problem {
  const { anchors, anchorLabels } = randomProblem({
    n: 203,
    d: 6,
    classes: 5,
    temperature,
    seed: 3,
  });
  const [n, d] = [83, 7];
  const rows = widen(anchors, 6, (i) => [i < n ? 1 : 0]);
  return {
    n,
    m: 203 - n,
    d,
    anchors: rows.subarray(0, n * d),
    candidates: rows.subarray(n * d),
    anchorLabels: anchorLabels.subarray(0, n),
    candidateLabels: anchorLabels.subarray(n),
    temperature: Math.fround(temperature),
    selfOffset: -1,
  };
}

/** Anchors 60 to 179 of 203 samples, of which number 100 alone is 1 in the first feature. */
function memory(temperature: number): Problem {
  const batch = randomProblem({ n: 203, d: 6, classes: 5, temperature, seed: 3 });
  const candidates = widen(batch.candidates, 6, (j) => [j === 100 ? 1 : 0]);
  return {
    ...batch,
    n: 120,
    d: 7,
    anchors: candidates.slice(60 * 7, 180 * 7),
    candidates,
    anchorLabels: batch.anchorLabels.slice(60, 180),
    selfOffset: 60,
  };
}

/** dL/dx of the moved feature is -2 / T times the sum of the weights. */
function weightSums(problem: Problem, gradient: Float32Array): number[] {
  const { n, d, temperature } = problem;
  return toRows(gradient, n, d).map(([first = Number.NaN]) => (first * temperature) / -2);
}

describe.each(['simd', 'scalar'] as const)('weights of the %s build', (build) => {
  const runtime = new Runtime(compileKernels(build, false));

  test.each(temperatures)('sum to 1 at temperature %d', (temperature) => {
    for (const ofClass of [false, true]) {
      const apart = disjoint(temperature);
      const anchorSums = sumsOf(forward(runtime, apart), ofClass);
      const candidateSums = new Float32Array(6 * apart.m);
      const grad = { ...apart, anchorSums, candidateSums };
      for (const sum of weightSums(apart, backward(runtime, grad))) {
        expect(Math.abs(sum - 1)).toBeLessThan(1e-5);
      }

      // In exchanged roles, where the sums come from the other side, the same weights.
      const exchanged = backward(runtime, {
        ...apart,
        n: apart.m,
        m: apart.n,
        anchors: apart.candidates,
        candidates: apart.anchors,
        anchorLabels: apart.candidateLabels,
        candidateLabels: apart.anchorLabels,
        anchorSums: candidateSums,
        candidateSums: anchorSums,
      });
      const total = weightSums({ ...apart, n: apart.m }, exchanged).reduce((sum, w) => sum + w, 0);
      expect(Math.abs(total + apart.n)).toBeLessThan(1e-5 * apart.n);

      const among = memory(temperature);
      const sums = sumsOf(forward(runtime, among), ofClass);
      const only = new Float32Array(6 * among.m);
      for (let row = 0; row < 6; row++) {
        only.set(sums.subarray(row * among.n, (row + 1) * among.n), row * among.m + 60);
      }
      // One-sided: the same anchors, their sums in their own role alone.
      const own = backward(runtime, {
        ...among,
        oneBatch: false,
        anchorSums: sums,
        candidateSums: new Float32Array(6 * among.m),
      });
      expect(Math.abs((weightSums(among, own)[40] ?? Number.NaN) - 1)).toBeLessThan(1e-5);
      const both = weightSums(among, backward(runtime, onlyOne(among, sums, only, 40)))[40];
      expect(Math.abs((both ?? Number.NaN) - 1)).toBeLessThan(1e-5);
    }
  });

  test.each([3, 0.1, 0.03])(
    'sum to 1 for some 200 neighbours, all about 200 away, at temperature %d',
    (temperature) => {
      const [n, d] = [203, 204];
      const noise = randomProblem({ n, d, classes: 3, temperature, seed: 5 });
      const corners = noise.candidates.map((value, k) =>
        k % d === Math.floor(k / d) + 1 ? 10 : (value * temperature) / 10,
      );
      for (const i of [0, 150]) {
        const points = corners.map((value, k) =>
          k % d > 0 ? value : Number(Math.floor(k / d) === i),
        );
        const problem = { ...noise, anchors: points, candidates: points };
        const sums = sumsOf(forward(runtime, problem), false);
        const gradient = backward(runtime, onlyOne(problem, sums, sums, i));
        const sum = weightSums(problem, gradient)[i] ?? Number.NaN;
        expect(Math.abs(sum - 1)).toBeLessThan(4e-6);
      }
    },
  );

  test('are no more than 1 for references of other distances', () => {
    const problem = { ...disjoint(1e-3), n: 1 };
    for (const nearest of [1e3, 1e6, 1e30]) {
      const anchorSums = Float32Array.of(nearest, 0, 0, 0, 1, 0);
      const gradient = backward(runtime, {
        ...problem,
        anchors: problem.anchors.subarray(0, problem.d),
        anchorLabels: problem.anchorLabels.subarray(0, 1),
        anchorSums,
        candidateSums: new Float32Array(6 * problem.m),
      });
      const [sum = Number.NaN] = weightSums(problem, gradient.subarray(0, problem.d).slice());
      // A power of two is cut to 1 before its fraction is: at most 2 a candidate.
      expect(sum).toBeLessThanOrEqual(2 * problem.m);
      expect(sum).toBeGreaterThan(0);
    }
  });

  test('of an anchor without upstream gradient do not count, whatever its references', () => {
    const problem = disjoint(1);
    const anchorSums = new Float32Array(6 * problem.n);
    anchorSums.fill(1e30, 0, problem.n);
    anchorSums.fill(-1e30, problem.n, 2 * problem.n);
    const candidateSums = new Float32Array(6 * problem.m);
    const gradient = backward(runtime, { ...problem, anchorSums, candidateSums });
    expect(gradient.every((value) => value === 0)).toBe(true);
  });

  test.each([
    { name: 'two far groups', far: 2000, temperature: 0.1, tolerance: 1e-3 },
    { name: 'two groups 20 apart', far: 20, temperature: 0.01, tolerance: 1e-4 },
  ])('meets the reference within $name', ({ far, temperature, tolerance }) => {
    const batch = randomProblem({ n: 203, d: 3, classes: 5, temperature, seed: 8 });
    const points = batch.candidates.map((value, k) => Math.fround(value + (k < 303 ? far : 0)));
    const problem = { ...batch, anchors: points, candidates: points };
    const rows = toRows(points, 203, 3);
    const labels = [...batch.anchorLabels];
    const exact = softNearestNeighborLoss({
      features: rows,
      labels,
      temperature: problem.temperature,
      distance: 'squaredEuclidean',
    });
    const want = neighborLogSums({
      anchors: rows,
      candidates: rows,
      anchorLabels: labels,
      candidateLabels: labels,
      temperature: problem.temperature,
      selfOffset: 0,
    });
    const sums = forward(runtime, problem);
    const row = (r: number) => [...sums.subarray(r * 203, (r + 1) * 203)];
    for (const r of [5, 6, 7, 8] as const) {
      for (const [i, value] of row(r).entries()) {
        expect(Math.abs(value - (want[r][i] ?? 0))).toBeLessThan(tolerance);
      }
    }
    expect(exact.loss).toBeGreaterThan(0.1);
  });

  test.each([1e-39, 1e-45, 0, Number.POSITIVE_INFINITY])(
    'a temperature of %d, whose inverse is no float32, gives NaN',
    (temperature) => {
      const problem = { ...disjoint(1), temperature: Math.fround(temperature) };
      const sums = forward(runtime, problem);
      for (const [k, value] of sums.entries()) {
        expect(Number.isNaN(value)).toBe(Math.floor(k / problem.n) !== 4);
      }
    },
  );

  test('anchors that are not those candidates are taken as they are', () => {
    const among = memory(1);
    const anchors = among.anchors.map((value) => value + 0.5);
    const moved = { ...among, anchors, oneBatch: false };
    const row = (values: Float32Array, count: number) => toRows(values, count, 7);
    const want = neighborLogSums({
      anchors: row(moved.anchors, moved.n),
      candidates: row(moved.candidates, moved.m),
      anchorLabels: [...moved.anchorLabels],
      candidateLabels: [...moved.candidateLabels],
      temperature: 1,
      selfOffset: 60,
    });
    const sums = forward(runtime, moved);
    for (const [i, value] of want[6].entries()) expect(sums[6 * moved.n + i]).toBeCloseTo(value, 4);
  });
});

/** Upstream gradients of 0 but for anchor `i`, in both of its roles. */
function onlyOne(
  problem: Problem,
  sums: Float32Array,
  candidateSums: Float32Array,
  i: number,
): GradProblem {
  const { n, m, selfOffset } = problem;
  const anchorSums = sums.slice();
  const ofCandidates = candidateSums.slice();
  for (const row of [4, 5]) {
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      anchorSums[row * n + k] = 0;
      ofCandidates[row * m + selfOffset + k] = 0;
    }
  }
  return { ...problem, anchorSums, candidateSums: ofCandidates };
}
