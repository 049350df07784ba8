import { noSums, selfProblem, withUpstream } from '../problems.js';
import { matrixOf, normal } from '../random.js';
import type { NeighborProblem } from '../types.js';
import type { ConformanceCheck } from './check.js';
import { expectEqual } from './compare.js';
import { runForward, runGradient } from './run-kernel.js';
import { verifyForward, verifyGradient } from './verify.js';

const features = (count: number) => matrixOf(count, 3, normal(count));

const cases: readonly { name: string; problem: NeighborProblem }[] = [
  {
    name: 'no anchors',
    problem: { ...selfProblem(features(4), [0, 0, 1, 1], 1), anchors: [], anchorLabels: [] },
  },
  { name: 'no anchors and no candidates', problem: selfProblem([], [], 1) },
  {
    name: 'no candidates',
    problem: {
      ...selfProblem(features(4), [0, 0, 1, 1], 1),
      candidates: [],
      candidateLabels: [],
      selfOffset: -1,
    },
  },
  { name: 'one sample against itself', problem: selfProblem(features(1), [3], 1) },
  { name: 'two samples of two classes', problem: selfProblem(features(2), [0, 1], 1) },
  { name: 'only lone anchors', problem: selfProblem(features(5), [0, 1, 2, 3, 4], 1) },
  { name: 'some lone anchors', problem: selfProblem(features(5), [0, 1, 0, 3, 4], 1) },
];

/** Sums over nothing are 0, never -Infinity, and have no gradient. */
export const emptyChecks: readonly ConformanceCheck[] = [
  ...cases.flatMap(({ name, problem }) => [
    {
      group: 'empty sums',
      name: `sums: ${name}`,
      run: async (context) => {
        await verifyForward(context, problem);
      },
    } satisfies ConformanceCheck,
    {
      group: 'empty sums',
      name: `gradient: ${name}`,
      run: async (context) => {
        await verifyGradient(context, withUpstream(problem, normal(7)));
      },
    } satisfies ConformanceCheck,
  ]),
  {
    group: 'empty sums',
    name: 'a lone anchor has exactly 0 in rows 1, 3 and 4',
    run: async ({ adapter }) => {
      const rows = await runForward(adapter, selfProblem(features(3), [0, 1, 0], 1));
      expectEqual(
        'rows 1, 3, 4 of anchor 1',
        [rows[1][1], rows[3][1], rows[4][1]].map(Number),
        [0, 0, 0],
      );
    },
  },
  {
    group: 'empty sums',
    name: 'the gradient is exactly 0 where no upstream gradient is',
    run: async ({ adapter }) => {
      const problem = selfProblem(features(3), [0, 1, 0], 1);
      const gradient = await runGradient(adapter, {
        ...problem,
        anchorSums: noSums(3),
        candidateSums: noSums(3),
      });
      expectEqual('gradient', gradient.flat(), new Array(9).fill(0));
    },
  },
];
