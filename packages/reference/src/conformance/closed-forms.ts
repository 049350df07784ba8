import { toFloat32 } from '../float32.js';
import { neighborLogSums } from '../neighbor-log-sums.js';
import { selfProblem, withUpstream } from '../problems.js';
import { integersOf, matrixOf, normal } from '../random.js';
import type { NeighborProblem } from '../types.js';
import { meanLoss, total } from '../upstream.js';
import type { ConformanceCheck } from './check.js';
import { expectClose, expectEqual, norm } from './compare.js';
import { anchorLossRoundoff, forwardRoundoff, gradientRoundoff, pairRoundoff } from './roundoff.js';
import { runForward, runGradient } from './run-kernel.js';

const group = 'closed forms';
const square = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];

/** Losses that a reader can check by hand. */
export const closedFormChecks: readonly ConformanceCheck[] = [
  ...[0.05, 1, 30].map(
    (temperature): ConformanceCheck => ({
      group,
      name: `unit square, classes on opposite edges, T = ${temperature}: ln(2 + exp(-1/T))`,
      run: async ({ adapter, tolerance }) => {
        const problem = toFloat32(selfProblem(square, [0, 0, 1, 1], temperature));
        const { loss } = meanLoss(await runForward(adapter, problem));
        const expected = Math.log(2 + Math.exp(-1 / problem.temperature));
        expectClose('loss', loss, expected, tolerance.loss, meanLossRoundoff(problem));
      },
    }),
  ),
  ...[
    { classes: 2, perClass: 2 },
    { classes: 5, perClass: 8 },
    { classes: 3, perClass: 47 },
  ].map(({ classes, perClass }): ConformanceCheck => {
    const n = classes * perClass;
    return {
      group,
      name: `all points equal, ${classes} classes of ${perClass}: ln((Kc - 1)/(c - 1)), no gradient`,
      run: async ({ adapter, tolerance }) => {
        const row = Array.from({ length: 9 }, normal(n));
        const labels = Array.from({ length: n }, (_, i) => i % classes);
        const points = labels.map(() => row);
        const problem = selfProblem(points, labels, 0.5);
        const { loss } = meanLoss(await runForward(adapter, problem));
        const bound = meanLossRoundoff(problem);
        expectClose('loss', loss, Math.log((n - 1) / (perClass - 1)), tolerance.loss, bound);
        const gradProblem = withUpstream(problem, normal(n));
        const gradient = await runGradient(adapter, gradProblem);
        const gradientBound = gradientRoundoff(gradProblem, pairRoundoff(problem));
        expectClose('norm of the gradient', norm(gradient.flat()), 0, 0, norm(gradientBound));
      },
    };
  }),
  {
    group,
    name: 'one class: 0',
    run: async ({ adapter }) => {
      const n = 33;
      const problem = selfProblem(
        matrixOf(n, 9, normal(3)),
        integersOf(n, 1, () => 0),
        2,
      );
      const sums = await runForward(adapter, problem);
      expectClose('loss', meanLoss(sums).loss, 0, 0, meanLossRoundoff(problem));
      expectEqual(
        'sameCount',
        sums[4],
        integersOf(n, 1, () => 0).map(() => n - 1),
      );
    },
  },
];

function meanLossRoundoff(problem: NeighborProblem): number {
  const bounds = forwardRoundoff(problem, neighborLogSums(problem), pairRoundoff(problem));
  return total(anchorLossRoundoff(bounds)) / problem.anchors.length;
}
