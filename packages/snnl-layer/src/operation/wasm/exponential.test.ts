import { expect, test } from 'vitest';
import { compileKernels, type KernelBuild } from './builds';
import { forward } from './forward';
import { Runtime } from './runtime';

/**
 * exp(-d/T) as the kernels compute it: one anchor at 1 with candidates at 1 and -1, so d is 0 and
 * exactly 4, has the mean distance 4 e / (1 + e).
 */
function exponential(runtime: Runtime, temperature: number): number {
  const sums = forward(runtime, {
    n: 1,
    m: 2,
    d: 1,
    anchors: Float32Array.of(1),
    candidates: Float32Array.of(1, -1),
    anchorLabels: Int32Array.of(0),
    candidateLabels: Int32Array.of(1, 1),
    temperature,
    selfOffset: -1,
  });
  const mean = sums[2] ?? Number.NaN;
  return mean / (4 - mean);
}

test.each<KernelBuild>(['simd', 'scalar'])(
  'the %s build is good to 6e-7 and the argument',
  (build) => {
    const runtime = new Runtime(compileKernels(build, false));
    for (let x = 0.01; x < 59; x += 0.0217) {
      const temperature = Math.fround(4 / x);
      const exact = Math.exp(-4 / temperature);
      const error = Math.abs(exponential(runtime, temperature) / exact - 1);
      // 2.5e-7 from 2^t, 2^-23 each from the sum and the mean, and t rounded twice.
      expect(error).toBeLessThanOrEqual(6e-7 + x * 2 ** -23);
    }
  },
);
