import { at } from '../at.js';
import { neighborLogSums } from '../neighbor-log-sums.js';
import { selfProblem, withUpstream } from '../problems.js';
import { integersOf, matrixOf, normal } from '../random.js';
import { meanLoss } from '../upstream.js';
import type { ConformanceCheck } from './check.js';
import { expectClose, expectEqual } from './compare.js';
import { forwardRoundoff, pairRoundoff } from './roundoff.js';
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
        const { loss } = meanLoss(
          await runForward(adapter, selfProblem(square, [0, 0, 1, 1], temperature)),
        );
        expectClose('loss', loss, Math.log(2 + Math.exp(-1 / temperature)), tolerance.loss, 0);
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
        const [row = []] = matrixOf(1, 9, normal(n));
        const points = Array.from({ length: n }, () => row);
        const labels = points.map((_, i) => i % classes);
        const problem = selfProblem(points, labels, 0.5);
        const { loss } = meanLoss(await runForward(adapter, problem));
        expectClose('loss', loss, Math.log((n - 1) / (perClass - 1)), tolerance.loss, 0);
        const gradient = await runGradient(adapter, withUpstream(problem, normal(n)));
        for (const value of gradient.flat()) {
          // 2/T times the weights, of order 1 each, times |x| rounded.
          expectClose('gradient', value, 0, 0, 1e-5);
        }
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
      const bounds = forwardRoundoff(problem, neighborLogSums(problem), pairRoundoff(problem));
      for (const [i, anchorLoss] of meanLoss(sums).anchorLosses.entries()) {
        expectClose(`loss of anchor ${i}`, anchorLoss, 0, 0, 2 * at(at(bounds, 0), i));
      }
      expectEqual(
        'sameCount',
        sums[4],
        integersOf(n, 1, () => 0).map(() => n - 1),
      );
    },
  },
];
