import { neighborProblems, seeds, selfBatches } from '../arbitraries.js';
import { at } from '../at.js';
import { neighborLogSums } from '../neighbor-log-sums.js';
import { withUpstream } from '../problems.js';
import { normal } from '../random.js';
import { total } from '../upstream.js';
import type { ConformanceCheck } from './check.js';
import { expectClose, norm } from './compare.js';
import { forAll } from './property.js';
import { forwardRoundoff, gradientRoundoff, pairRoundoff } from './roundoff.js';
import { runForward, runGradient } from './run-kernel.js';

const group = 'identities';

/** What must hold whatever the numbers are. */
export const identityChecks: readonly ConformanceCheck[] = [
  {
    group,
    name: 'the gradients of a batch sum to zero',
    run: (context) =>
      forAll(context, selfBatches(), seeds(), async (drawn, seed) => {
        const problem = withUpstream(drawn, normal(seed));
        const gradient = await runGradient(context.adapter, problem);
        const [first = []] = gradient;
        const sum = first.map((_, k) => total(gradient.map((row) => at(row, k))));
        const size = norm(gradient.flat());
        const bound = total(gradientRoundoff(problem, pairRoundoff(problem)));
        const allowed = context.tolerance.gradient * size + bound;
        expectClose('norm of the sum of gradients', norm(sum), 0, 0, allowed);
      }),
  },
  {
    group,
    name: 'sum x.dL/dx + 2 T dL/dT = 0',
    run: (context) =>
      forAll(context, selfBatches(), seeds(), async (drawn, seed) => {
        const problem = withUpstream(drawn, normal(seed));
        const sums = await runForward(context.adapter, problem);
        const gradient = await runGradient(context.adapter, problem);
        const roundoff = pairRoundoff(problem);
        const ofSums = forwardRoundoff(problem, neighborLogSums(problem), roundoff);
        const ofRows = gradientRoundoff(problem, roundoff);
        const [, , , , a, b] = problem.anchorSums;
        const origin = at(problem.anchors, 0);

        const terms: number[] = [];
        let bound = 0;
        for (const [i, x] of problem.anchors.entries()) {
          // The gradients sum to zero, so points may be measured from any of them.
          const fromOrigin = x.map((value, k) => value - at(origin, k));
          terms.push(...fromOrigin.map((value, k) => value * at(at(gradient, i), k)));
          bound += norm(fromOrigin) * at(ofRows, i);
          for (const [upstream, row] of [
            [at(a, i), 2],
            [at(b, i), 3],
          ] as const) {
            const scale = (2 / problem.temperature) * upstream;
            terms.push(scale * at(at(sums, row), i));
            bound += Math.abs(scale) * at(at(ofSums, row), i);
          }
        }
        const size = total(terms.map(Math.abs));
        const allowed = context.tolerance.gradient * size + bound;
        expectClose('sum x.dL/dx + 2 T dL/dT', total(terms), 0, 0, allowed);
      }),
  },
  {
    group,
    name: 'mean distances are not negative, and no sum over one class exceeds that over all',
    run: (context) =>
      forAll(context, neighborProblems(), seeds(), async (problem) => {
        const sums = await runForward(context.adapter, problem);
        const bounds = forwardRoundoff(problem, neighborLogSums(problem), pairRoundoff(problem));
        for (const [i, count] of sums[4].entries()) {
          const [all, same] = [at(sums[2], i), at(sums[3], i)];
          if (!(all >= 0 && same >= 0)) {
            throw new Error(
              `Mean distances of anchor ${i}: expected none below 0: ${all}, ${same}.`,
            );
          }
          const loss = at(sums[0], i) - at(sums[1], i);
          const allowed = at(at(bounds, 0), i) + at(at(bounds, 1), i);
          if (count > 0 && !(loss >= -allowed)) {
            throw new Error(`Loss of anchor ${i}: expected at least 0, got ${loss}.`);
          }
        }
      }),
  },
];
