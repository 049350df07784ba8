import { normal } from '@snnl/reference';

export const CLASSES = 10;

/** Samples to measure with, as plain arrays so that every contender gets the same numbers. */
export interface Batch {
  readonly n: number;
  readonly d: number;
  /** Row-major `[n, d]`. */
  readonly features: Float32Array;
  readonly labels: Int32Array;
}

/**
 * Gaussian classes whose squared distances are about 2 for every `d`, so that no formulation is
 * slowed by exponentials that underflow, and the published formula is exact enough to compare.
 */
export function makeBatch(n: number, d: number, seed = 1): Batch {
  const next = normal(seed);
  const scale = 1 / Math.sqrt(2 * d);
  const labels = Int32Array.from({ length: n }, (_, i) => i % CLASSES);
  const centres = Float32Array.from({ length: CLASSES * d }, () => next() * scale);
  const features = new Float32Array(n * d);
  for (const [i, label] of labels.entries()) {
    for (let k = 0; k < d; k++) {
      features[i * d + k] = (centres[label * d + k] ?? 0) + next() * scale;
    }
  }
  return { n, d, features, labels };
}
