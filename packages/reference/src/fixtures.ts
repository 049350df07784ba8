import goldenJson from '../fixtures/golden.json' with { type: 'json' };
import workedExampleJson from '../fixtures/worked-example.json' with { type: 'json' };
import type { Distance } from './soft-nearest-neighbor-loss.js';

/** One case of `fixtures/golden.json`, computed in float64 by automatic differentiation. */
export interface GoldenCase {
  readonly name: string;
  readonly distance: Distance;
  readonly temperature: number;
  /** `[N][D]`, exact in float32. */
  readonly features: number[][];
  readonly labels: number[];
  readonly loss: number;
  readonly anchorLosses: number[];
  readonly positives: number[];
  readonly validAnchors: number;
  /** `[N][D]` */
  readonly featureGradient: number[][];
  readonly temperatureGradient: number;
  /** The circulated formula with epsilon 1e-5, over all anchors. */
  readonly paperCodeLossEps1e5: number;
}

/** The 4 x 4 example of the original article; see `source` in the file. */
export interface WorkedExample {
  readonly temperature: number;
  readonly distance: Distance;
  readonly features: number[][];
  /** As printed there, 4 to 5 digits. */
  readonly printedDistances: number[][];
  /** exp(-distance) as printed there, 4 digits. */
  readonly printedExponentials: number[][];
  readonly labels: number[];
  readonly anchorLosses: number[];
  readonly loss: number;
  readonly paperCodeLossEps1e5: number;
  readonly featureGradient: number[][];
}

export const goldenCases: readonly GoldenCase[] = goldenJson.cases.map((raw) => {
  const [n = 0, d = 0] = raw.shape;
  return {
    ...raw,
    distance: toDistance(raw.distance),
    features: toRows(raw.features, n, d),
    featureGradient: toRows(raw.featureGradient, n, d),
  };
});

export const workedExample: WorkedExample = {
  ...workedExampleJson,
  distance: toDistance(workedExampleJson.distance),
};

function toDistance(name: string): Distance {
  if (name === 'cosine' || name === 'squaredEuclidean') return name;
  throw new Error(`Expected the distance 'cosine' or 'squaredEuclidean', got '${name}'.`);
}

/** Cuts a flat row-major array into `n` rows of `d`. */
export function toRows(flat: ArrayLike<number>, n: number, d: number): number[][] {
  if (flat.length !== n * d) {
    throw new RangeError(`Expected ${n} x ${d} values, got ${flat.length}.`);
  }
  const values = Array.from(flat);
  return Array.from({ length: n }, (_, i) => values.slice(i * d, (i + 1) * d));
}
