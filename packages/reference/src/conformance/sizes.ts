import { selfProblem, withUpstream } from '../problems.js';
import { integersOf, matrixOf, normal, uniform } from '../random.js';
import type { ConformanceCheck } from './check.js';
import { verifyForward, verifyGradient } from './verify.js';

/** Around powers of two, tile edges and vector widths, and far from all of them. */
const sizes: readonly (readonly [n: number, d: number])[] = [
  [1, 1],
  [2, 3],
  [3, 2],
  [2, 401],
  [5, 17],
  [17, 5],
  [31, 33],
  [33, 31],
  [41, 41],
  [65, 127],
  [127, 65],
  [129, 129],
  [17, 401],
  [401, 1],
  [401, 401],
  [1271, 3],
];

/** Temperatures of the order of a distance, where many pairs count in a sum. */
export const sizeChecks: readonly ConformanceCheck[] = sizes.map(([n, d]) => ({
  group: 'awkward sizes',
  name: `${n} samples of ${d} features`,
  run: async (context) => {
    const next = normal(n * 1000 + d);
    const problem = selfProblem(
      matrixOf(n, d, next),
      integersOf(n, 1 + Math.ceil(n / 8), uniform(n + d)),
      Math.sqrt(d),
    );
    await verifyForward(context, problem);
    await verifyGradient(context, withUpstream(problem, next));
  },
}));
