import { neighborProblems, seeds, selfBatches } from '../arbitraries.js';
import { at } from '../at.js';
import { neighborLogSums } from '../neighbor-log-sums.js';
import { mapSums, withUpstream } from '../problems.js';
import { normal, permutation } from '../random.js';
import type { Matrix, NeighborGradProblem } from '../types.js';
import type { CheckContext, ConformanceCheck } from './check.js';
import { expectClose, expectCloseNorm, norm } from './compare.js';
import { forAll } from './property.js';
import { forwardRoundoff, gradientRoundoff, pairRoundoff } from './roundoff.js';
import { runForward, runGradient } from './run-kernel.js';
import { transformations } from './transformations.js';
import { rowNames } from './verify.js';

const group = 'invariance';

/** Rows of the sums that are distances. */
const DISTANCES = new Set([2, 3, 5, 7]);

/** Results before and after a change that should not matter, or only in a known way. */
export const invarianceChecks: readonly ConformanceCheck[] = [
  ...transformations.map(
    ({ name, apply, distanceFactor, gradientFactor, gradientRow }): ConformanceCheck => ({
      group,
      name,
      run: (context) =>
        forAll(context, neighborProblems(), seeds(), async (drawn, seed) => {
          const before = withUpstream(drawn, normal(seed));
          const after = withUpstream(apply(drawn, seed), normal(seed));
          await expectSame(context, before, after, {
            sums: (rows) =>
              rows.map((row, r) =>
                row.map((value) => (DISTANCES.has(r) ? distanceFactor * value : value)),
              ),
            gradient: (rows) =>
              rows.map((row) => gradientRow(row, seed).map((value) => gradientFactor * value)),
          });
        }),
    }),
  ),
  {
    group,
    name: 'samples in another order',
    run: (context) =>
      forAll(context, selfBatches(), seeds(), async (drawn, seed) => {
        const before = withUpstream(drawn, normal(seed));
        const order = permutation(drawn.anchors.length, seed);
        const reorder = <T>(values: readonly T[]) => order.map((index) => at(values, index));
        const points = reorder(before.anchors);
        const labels = reorder(before.anchorLabels);
        const sums = mapSums(before.anchorSums, reorder);
        const after = {
          ...before,
          anchors: points,
          candidates: points,
          anchorLabels: labels,
          candidateLabels: labels,
          anchorSums: sums,
          candidateSums: sums,
        };
        await expectSame(context, before, after, {
          sums: (rows) => rows.map(reorder),
          gradient: reorder,
        });
      }),
  },
];

/** Both sides carry an error, so that the bounds count twice. */
async function expectSame(
  { adapter, tolerance }: CheckContext,
  before: NeighborGradProblem,
  after: NeighborGradProblem,
  change: { sums(rows: Matrix): Matrix; gradient(rows: Matrix): Matrix },
): Promise<void> {
  const expected = change.sums(await runForward(adapter, before));
  const got = await runForward(adapter, after);
  const roundoff = pairRoundoff(after);
  const bounds = forwardRoundoff(after, neighborLogSums(after), roundoff);
  for (const [r, row] of got.entries()) {
    for (const [i, value] of row.entries()) {
      const what = `${at(rowNames, r)} of anchor ${i}`;
      const bound = r === 4 ? 0 : 2 * at(at(bounds, r), i);
      expectClose(what, value, at(at(expected, r), i), r === 4 ? 0 : tolerance.loss, bound);
    }
  }
  expectCloseNorm(
    'gradient',
    await runGradient(adapter, after),
    change.gradient(await runGradient(adapter, before)),
    tolerance.gradient,
    2 * norm(gradientRoundoff(after, roundoff)),
  );
}
