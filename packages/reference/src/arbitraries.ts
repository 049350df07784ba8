import fc from 'fast-check';
import { blockProblem, selfProblem } from './problems.js';
import type { NeighborProblem } from './types.js';

const maxSamples = 24;
const maxFeatures = 20;

/** Log-uniform in [0.01, 1000], exact in float32. */
export function temperatures(): fc.Arbitrary<number> {
  return fc.integer({ min: -200, max: 300 }).map((k) => Math.fround(10 ** (k / 100)));
}

/**
 * `[rows][columns]`, exact in float32 and after any shift or scaling by a small power of two:
 * whole multiples of a step. With the coarse step many rows are equal, with the fine one few.
 */
export function features(rows: number, columns: number): fc.Arbitrary<number[][]> {
  const grid = fc.constantFrom(
    { step: 1, limit: 2 },
    { step: 1 / 512, limit: 1024 },
    { step: 1 / 8192, limit: 1024 },
    { step: 1 / 32, limit: 1024 },
  );
  return fc
    .tuple(grid, fc.constantFrom(0, 0, 0, 64))
    .chain(([{ step, limit }, offset]) =>
      matrices(rows, columns, fc.integer({ min: -limit, max: limit })).map((values) =>
        values.map((row) => row.map((k) => k * step + offset)),
      ),
    );
}

/** Class ids; more classes than samples now and then, so that anchors without partner occur. */
export function labels(count: number): fc.Arbitrary<number[]> {
  return fc
    .constantFrom(0, 1, 2, 7, 40)
    .chain((classes) => vectors(count, fc.integer({ min: -1, max: classes })));
}

/** A batch against itself: N = M, selfOffset 0, anchors and candidates the same array. */
export function selfBatches(): fc.Arbitrary<NeighborProblem> {
  return pools(1).map(({ pool, classes, temperature }) => selfProblem(pool, classes, temperature));
}

/** A batch with a memory of other samples before it, behind it, or both: selfOffset >= 0, M > N. */
export function memoryBatches(): fc.Arbitrary<NeighborProblem> {
  return pools(2).chain(({ pool, classes, temperature }) =>
    fc
      .tuple(fc.integer({ min: 1, max: pool.length - 1 }), fc.nat())
      .map(([count, at]) =>
        blockProblem(pool, classes, temperature, at % (pool.length - count + 1), count),
      ),
  );
}

/** Anchors against other samples: selfOffset -1, N and M of any ratio, neither 0. */
export function disjointBatches(): fc.Arbitrary<NeighborProblem> {
  return pools(2).chain(({ pool, classes, temperature }) =>
    fc.integer({ min: 1, max: pool.length - 1 }).map((count) => ({
      anchors: pool.slice(0, count),
      candidates: pool.slice(count),
      anchorLabels: classes.slice(0, count),
      candidateLabels: classes.slice(count),
      temperature,
      selfOffset: -1,
    })),
  );
}

/** Any of the three kinds. */
export function neighborProblems(): fc.Arbitrary<NeighborProblem> {
  return fc.oneof(selfBatches(), memoryBatches(), disjointBatches());
}

/** Seeds of the generators in random.ts. */
export function seeds(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 2 ** 31 - 1 });
}

function pools(minSamples: number) {
  return fc
    .tuple(
      fc.integer({ min: minSamples, max: maxSamples }),
      fc.integer({ min: 1, max: maxFeatures }),
    )
    .chain(([n, d]) =>
      fc.record({ pool: features(n, d), classes: labels(n), temperature: temperatures() }),
    );
}

function matrices(rows: number, columns: number, values: fc.Arbitrary<number>) {
  return vectors(rows, vectors(columns, values));
}

function vectors<T>(length: number, values: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(values, { minLength: length, maxLength: length, size: 'max' });
}
