import { kmeans } from 'ml-kmeans';
import { assertOptions, type OptionRules, rules } from 'snnl-layer';
import { type Matrix, toArrays } from './matrix';

/** Options of {@link kMeans}. */
export interface KMeansOptions {
  readonly clusters: number;
  /** Starts from different random centres; the result with the least inertia is taken. */
  readonly restarts: number;
  readonly seed: number;
}

const RULES: OptionRules<KMeansOptions> = {
  clusters: rules.required(rules.integerFrom(1)),
  restarts: rules.required(rules.integerFrom(1)),
  seed: rules.required(rules.integer),
};

/**
 * Cluster ids of the points by k-means: Lloyd's iterations from k-means++ centres, the best of
 * several starts.
 *
 * @see Arthur & Vassilvitskii 2007, SODA '07, 1027-1035.
 */
export function kMeans(points: Matrix, options: KMeansOptions): number[] {
  assertOptions('kMeans', options, RULES);
  const { clusters, restarts, seed } = options;
  const rows = toArrays(points);
  let best: { inertia: number; clusters: number[] } | undefined;
  for (let restart = 0; restart < restarts; restart += 1) {
    const result = kmeans(rows, clusters, {
      seed: 1000 * seed + restart,
      initialization: 'kmeans++',
      maxIterations: 300,
    });
    // The mean squared distance of each cluster to its centre, times its size.
    const inertia = result
      .computeInformation(rows)
      .reduce((total, { error, size }) => total + (size === 0 ? 0 : error * size), 0);
    if (best === undefined || inertia < best.inertia) best = { inertia, clusters: result.clusters };
  }
  return best?.clusters ?? [];
}
