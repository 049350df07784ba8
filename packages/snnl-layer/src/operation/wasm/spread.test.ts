import { neighborLogSums, neighborLogSumsGrad, toRows } from '@snnl/reference';
import { describe, expect, test } from 'vitest';
import { backward } from './backward';
import { compileKernels } from './builds';
import { forward } from './forward';
import { Runtime } from './runtime';
import { type RandomBatch, randomProblem, withSums } from './testing';

const builds = ['simd', 'scalar'] as const;
/** From tiles that one reference serves to tiles whose rows share nothing. */
const temperatures = [1e6, 10, 0.5, 0.05, 1e-3, 1e-5, 1e-7, 1e-20];

const rows = (values: Float32Array, count: number) => toRows(values, count, values.length / count);

describe.each(builds)('%s build', (build) => {
  const runtime = new Runtime(compileKernels(build, false));

  test.each(temperatures)(
    'meets the oracle at temperature %d over several blocks',
    (temperature) => {
      const batch: RandomBatch = { n: 203, d: 6, classes: 5, temperature, seed: 3 };
      const problem = randomProblem(batch);
      const { n, d } = problem;
      const sums = forward(runtime, problem);
      const grad = withSums(problem, sums, 5);
      const gradient = backward(runtime, grad);

      const features = rows(problem.anchors, n);
      const labels = [...problem.anchorLabels];
      const exact = {
        anchors: features,
        candidates: features,
        anchorLabels: labels,
        candidateLabels: labels,
        temperature: problem.temperature,
        selfOffset: 0,
      };
      // Distances reach 60 here, and are good to 8 roundings of |x|^2 + |z|^2.
      const ofScore = (60 * 8 * 2 ** -24) / temperature;
      const expected = neighborLogSums(exact);
      for (const row of [0, 1] as const) {
        for (let i = 0; i < n; i++) {
          const want = expected[row][i] ?? Number.NaN;
          const error = Math.abs((sums[row * n + i] ?? Number.NaN) - want);
          expect(error).toBeLessThanOrEqual(ofScore + 1e-6 * Math.abs(want) + 1e-6);
        }
      }
      // Past that, scores that float32 can hold no longer determine the gradient.
      if (temperature < 1e-3) {
        if (temperature >= 1e-7) expect(gradient.every(Number.isFinite)).toBe(true);
        return;
      }
      const [n0 = [], r0 = [], n1 = [], r1 = [], a = [], b = []] = rows(grad.anchorSums, 6);
      const anchorSums = [n0, r0, n1, r1, a, b] as const;
      const want = neighborLogSumsGrad({ ...exact, anchorSums, candidateSums: anchorSums }).flat();
      const error = Math.hypot(...want.map((g, k) => g - (gradient[k] ?? Number.NaN)));
      expect(want).toHaveLength(n * d);
      expect(error).toBeLessThanOrEqual((1e-5 + 2 * ofScore) * Math.hypot(...want));
    },
  );
});
