import { at } from '../at.js';
import { gradToFloat32, toFloat32 } from '../float32.js';
import { neighborLogSums } from '../neighbor-log-sums.js';
import { neighborLogSumsGrad } from '../neighbor-log-sums-grad.js';
import type { NeighborGradProblem, NeighborLogSums, NeighborProblem } from '../types.js';
import type { CheckContext, Tolerance } from './check.js';
import { expectClose, expectCloseNorm, expectEqual, norm } from './compare.js';
import { forwardRoundoff, gradientRoundoff, pairRoundoff } from './roundoff.js';
import { runForward, runGradient, type Sharing } from './run-kernel.js';

export const rowNames = [
  'logSumAll',
  'logSumSame',
  'meanDistanceAll',
  'meanDistanceSame',
  'sameCount',
  'nearestAll',
  'relativeAll',
  'nearestSame',
  'relativeSame',
] as const;

/** Runs the forward kernel and holds every number of it against the float64 oracle. */
export async function verifyForward(
  { adapter, tolerance }: CheckContext,
  exactProblem: NeighborProblem,
  sharing: Sharing = 'one batch',
): Promise<NeighborLogSums> {
  const problem = toFloat32(exactProblem);
  const got = await runForward(adapter, problem, sharing);
  expectSums('anchor', got, problem, tolerance);
  return got;
}

/** Holds sums of a problem in float32 against the float64 oracle; `who` has them, for messages. */
export function expectSums(
  who: string,
  got: NeighborLogSums,
  problem: NeighborProblem,
  tolerance: Tolerance,
): void {
  const expected = neighborLogSums(problem);
  const bounds = forwardRoundoff(problem, expected, pairRoundoff(problem));
  expectEqual(`sameCount of every ${who}`, got[4], expected[4]);
  for (const [r, row] of bounds.entries()) {
    for (const [i, bound] of row.entries()) {
      const what = `${at(rowNames, r)} of ${who} ${i}`;
      expectClose(what, at(at(got, r), i), at(at(expected, r), i), tolerance.loss, bound);
    }
  }
}

/**
 * Runs the gradient kernel and holds it, in norm, against the float64 oracle.
 *
 * @param references The kernel's own, of a batch against itself, to run it on as in a training step:
 *   at large scales no others fit the kernel's distances.
 */
export async function verifyGradient(
  { adapter, tolerance }: CheckContext,
  exactProblem: NeighborGradProblem,
  sharing: Sharing = 'one batch',
  references?: References,
): Promise<number[][]> {
  const problem = gradToFloat32(exactProblem);
  const expected = neighborLogSumsGrad(problem);
  const got = await runGradient(
    adapter,
    references === undefined ? problem : withReferences(problem, references),
    sharing,
  );
  const bound = norm(gradientRoundoff(problem, pairRoundoff(problem)));
  expectCloseNorm('gradient', got, expected, tolerance.gradient, bound);
  return got;
}

/** Rows 5 to 8 of the forward kernel. */
type References = readonly [number[], number[], number[], number[]];

function withReferences(problem: NeighborGradProblem, references: References): NeighborGradProblem {
  const [, , , , upstreamAll, upstreamSame] = problem.anchorSums;
  const sums: NeighborGradProblem['anchorSums'] = [...references, upstreamAll, upstreamSame];
  return { ...problem, anchorSums: sums, candidateSums: sums };
}
