import { at } from '../at.js';
import { gradToFloat32, toFloat32 } from '../float32.js';
import { neighborLogSums } from '../neighbor-log-sums.js';
import { neighborLogSumsGrad } from '../neighbor-log-sums-grad.js';
import type { NeighborGradProblem, NeighborLogSums, NeighborProblem } from '../types.js';
import type { CheckContext } from './check.js';
import { expectClose, expectCloseNorm, expectEqual, norm } from './compare.js';
import { forwardRoundoff, gradientRoundoff, pairRoundoff } from './roundoff.js';
import { runForward, runGradient, type Sharing } from './run-kernel.js';

export const rowNames = [
  'logSumAll',
  'logSumSame',
  'meanDistanceAll',
  'meanDistanceSame',
  'sameCount',
] as const;

/** Runs the forward kernel and holds every number of it against the float64 oracle. */
export async function verifyForward(
  { adapter, tolerance }: CheckContext,
  exactProblem: NeighborProblem,
  sharing: Sharing = 'one tensor',
): Promise<NeighborLogSums> {
  const problem = toFloat32(exactProblem);
  const expected = neighborLogSums(problem);
  const got = await runForward(adapter, problem, sharing);
  const bounds = forwardRoundoff(problem, expected, pairRoundoff(problem));
  for (const [r, row] of bounds.entries()) {
    for (const [i, bound] of row.entries()) {
      const what = `${at(rowNames, r)} of anchor ${i}`;
      expectClose(what, at(at(got, r), i), at(at(expected, r), i), tolerance.loss, bound);
    }
  }
  expectEqual('sameCount', got[4], expected[4]);
  return got;
}

/** Runs the gradient kernel and holds it, in norm, against the float64 oracle. */
export async function verifyGradient(
  { adapter, tolerance }: CheckContext,
  exactProblem: NeighborGradProblem,
  sharing: Sharing = 'one tensor',
): Promise<number[][]> {
  const problem = gradToFloat32(exactProblem);
  const expected = neighborLogSumsGrad(problem);
  const got = await runGradient(adapter, problem, sharing);
  const bound = norm(gradientRoundoff(problem, pairRoundoff(problem)));
  expectCloseNorm('gradient', got, expected, tolerance.gradient, bound);
  return got;
}
