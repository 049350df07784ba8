import { normal, uniform } from '@snnl/reference';
import type { GradProblem, Problem } from './problem';

/** Numbers as a kernel gets them. */
export interface RandomBatch {
  readonly n: number;
  readonly d: number;
  readonly classes: number;
  readonly temperature: number;
  readonly seed: number;
}

/** A batch of normal features against itself. */
export function randomProblem({ n, d, classes, temperature, seed }: RandomBatch): Problem {
  const next = normal(seed);
  const draw = uniform(seed + 1);
  const features = Float32Array.from({ length: n * d }, next);
  const labels = Int32Array.from({ length: n }, () => Math.floor(draw() * classes));
  return {
    n,
    m: n,
    d,
    anchors: features,
    candidates: features,
    anchorLabels: labels,
    candidateLabels: labels,
    temperature: Math.fround(temperature),
    selfOffset: 0,
    oneBatch: true,
  };
}

/** The gradient of sum_i (a_i A_i + b_i B_i) for normal a and b; b is 0 where there is no B. */
export function withSums(problem: Problem, sums: Float32Array, seed: number): GradProblem {
  const { n } = problem;
  const next = normal(seed);
  const anchorSums = new Float32Array(6 * n);
  anchorSums.set(sums.subarray(5 * n));
  for (let i = 0; i < n; i++) {
    anchorSums[4 * n + i] = next();
    anchorSums[5 * n + i] = sums[4 * n + i] === 0 ? 0 : next();
  }
  return { ...problem, anchorSums, candidateSums: anchorSums };
}
