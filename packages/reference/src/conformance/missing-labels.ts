import { disjointBatches, memoryBatches, seeds, selfBatches } from '../arbitraries.js';
import { at } from '../at.js';
import { MISSING_LABEL } from '../pairs.js';
import { blockProblem, noSums, selfProblem, withUpstream } from '../problems.js';
import { integersOf, matrixOf, normal, uniform } from '../random.js';
import type { Matrix, NeighborProblem } from '../types.js';
import type { CheckContext, ConformanceCheck } from './check.js';
import { expectEqual } from './compare.js';
import { forAll } from './property.js';
import type { Sharing } from './run-kernel.js';
import { verifyForward, verifyGradient } from './verify.js';

/** Which samples of a set have a label. */
const patterns: Readonly<Record<string, (index: number) => boolean>> = {
  all: () => true,
  none: () => false,
  'all but one': (index) => index !== 3,
  one: (index) => index === 2,
  'every other': (index) => index % 2 === 0,
  'one in ten': (index) => index % 10 === 7,
  'the first half of each sixteen': (index) => index % 16 < 8,
};

/** Of sets that go the same ways as a batch. */
const few = Object.fromEntries(
  Object.entries(patterns).filter(([name]) => /none|all but|every other/.test(name)),
);

/** `ids` without those of the samples that `has` says false of. */
export const withoutLabels = (
  ids: readonly number[],
  has: (index: number) => boolean,
): readonly number[] => ids.map((id, index) => (has(index) ? id : MISSING_LABEL));

const COUNT = 150;

interface Sets {
  readonly name: string;
  readonly sharing: Sharing;
  /** Whether anchors have other labels than the candidates that they are. */
  readonly foreign?: boolean;
  readonly of: (pool: Matrix, ids: readonly number[], temperature: number) => NeighborProblem;
}

const sets: readonly Sets[] = [
  { name: 'a batch', sharing: 'one batch', of: selfProblem },
  {
    name: 'a batch within a memory',
    sharing: 'one batch',
    of: (pool, ids, temperature) => blockProblem(pool, ids, temperature, 41, 67),
  },
  {
    name: 'a batch within a memory, not said to be',
    sharing: 'two sets',
    of: (pool, ids, temperature) => blockProblem(pool, ids, temperature, 41, 67),
  },
  {
    name: 'two sets',
    sharing: 'two sets',
    of: (pool, ids, temperature) => ({
      anchors: pool.slice(0, 67),
      candidates: pool.slice(67),
      anchorLabels: ids.slice(0, 67),
      candidateLabels: ids.slice(67),
      temperature,
      selfOffset: -1,
    }),
  },
  {
    name: 'anchors of whom some are candidates without their label',
    sharing: 'two sets',
    foreign: true,
    of: (pool, ids, temperature) => ({
      ...blockProblem(pool, ids, temperature, 41, 67),
      anchorLabels: withoutLabels(ids.slice(41, 108), (index) => index % 3 > 0).map((id, index) =>
        index % 4 === 0 ? index % 5 : id,
      ),
    }),
  },
];

function drawn(has: (index: number) => boolean, of: Sets['of'], spoil?: number): NeighborProblem {
  const d = 19;
  const next = normal(COUNT + d);
  const ids = integersOf(COUNT, 6, uniform(COUNT));
  const pool = matrixOf(COUNT, d, () => Math.fround(next()));
  const rows = pool.map((row, index) =>
    spoil === undefined || has(index) ? row : row.map((x, k) => (k % 7 === 3 ? spoil : x)),
  );
  return of(rows, withoutLabels(ids, has), Math.fround(d / 2));
}

/** Samples without a label are neither anchors nor candidates, whatever they hold. */
export const missingLabelChecks: readonly ConformanceCheck[] = [
  ...sets.flatMap(({ name, sharing, of, foreign = false }) => [
    ...Object.entries(name === 'a batch' ? patterns : few).map(([pattern, has]) => ({
      name: `${name}, labels: ${pattern}`,
      run: async (context: CheckContext) => {
        const problem = drawn(has, of);
        await verifyForward(context, problem, sharing);
        const upstream = withUpstream(problem, normal(5));
        // As candidates they are of another class, which other sums belong to.
        const others = foreign ? { candidateSums: noSums(COUNT) } : {};
        await verifyGradient(context, { ...upstream, ...others }, sharing);
      },
    })),
    ...(foreign ? [] : [Number.NaN, Infinity, 1e30]).map((value) => ({
      name: `${name}, ${value} in samples without a label`,
      run: async (context: CheckContext) => {
        const problem = drawn((index) => index % 3 > 0, of, value);
        await verifyForward(context, problem, sharing);
        await verifyGradient(context, withUpstream(problem, normal(5)), sharing);
      },
    })),
  ]),
  ...[
    { kind: 'a batch', batches: selfBatches, sharing: 'one batch' as const },
    { kind: 'a batch within a memory', batches: memoryBatches, sharing: 'one batch' as const },
    { kind: 'two sets', batches: disjointBatches, sharing: 'two sets' as const },
  ].map(({ kind, batches, sharing }) => ({
    name: `random batches: ${kind}`,
    run: (context: CheckContext) =>
      forAll(context, batches(), seeds(), async (problem, seed) => {
        const some = withSome(problem, seed);
        await verifyForward(context, some, sharing);
        await verifyGradient(context, withUpstream(some, normal(seed)), sharing);
      }),
  })),
  {
    name: 'temperature NaN makes the labelled NaN, and no others',
    run: async (context: CheckContext) => {
      const problem = { ...drawn((index) => index % 3 > 0, selfProblem), temperature: Number.NaN };
      const sums = await verifyForward(context, problem);
      expectEqual('logSumAll of sample 0', [at(sums[0], 0)], [0]);
    },
  },
].map((check) => ({ group: 'samples without a label', ...check }));

/** The same samples in both roles, or different ones, of whom some lose their labels. */
function withSome(problem: NeighborProblem, seed: number): NeighborProblem {
  const { anchorLabels, candidateLabels, selfOffset } = problem;
  const draw = uniform(seed);
  const share = draw();
  const candidates = withoutLabels(candidateLabels, () => draw() < share);
  const anchors =
    selfOffset >= 0
      ? candidates.slice(selfOffset, selfOffset + anchorLabels.length)
      : withoutLabels(anchorLabels, () => draw() < share);
  const sameSet = candidateLabels === anchorLabels;
  return {
    ...problem,
    anchorLabels: sameSet ? candidates : anchors,
    candidateLabels: candidates,
  };
}
