import { kmeans } from 'ml-kmeans';
import { munkres } from 'munkres';
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

/** `table[cluster][class]`: how many samples are in both. */
export function contingency(
  clusters: ArrayLike<number>,
  classes: ArrayLike<number>,
): readonly (readonly number[])[] {
  const size = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((most, value) => Math.max(most, value + 1), 0);
  const [rows, columns] = [size(clusters), size(classes)];
  const table = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  for (let i = 0; i < clusters.length; i += 1) {
    const row = table[clusters[i] as number] as number[];
    const column = classes[i] as number;
    row[column] = (row[column] as number) + 1;
  }
  return table;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

const columnSums = (table: readonly (readonly number[])[]): number[] =>
  (table[0] ?? []).map((_, column) => sum(table.map((row) => row[column] ?? 0)));

/**
 * Clustering accuracy: the share of samples in the class that their cluster stands for, when
 * clusters and classes are matched one to one in the best way (Hungarian algorithm).
 *
 * @see Xie, Girshick & Farhadi 2016, arXiv:1511.06335.
 */
export function clusteringAccuracy(
  clusters: ArrayLike<number>,
  classes: ArrayLike<number>,
): number {
  const table = contingency(clusters, classes);
  const matches = munkres(table.map((row) => row.map((count) => -count)));
  return sum(matches.map(([cluster, label]) => table[cluster]?.[label] ?? 0)) / clusters.length;
}

const entropy = (counts: readonly number[], total: number): number =>
  -sum(counts.map((count) => (count === 0 ? 0 : (count / total) * Math.log(count / total))));

/**
 * Normalised mutual information: I(clusters; classes) divided by the mean of the two entropies.
 * From 0 (unrelated) to 1 (the same partition); 1 where both are one single group.
 *
 * @see Vinh, Epps & Bailey 2010, JMLR 11:2837-2854.
 */
export function normalizedMutualInformation(
  clusters: ArrayLike<number>,
  classes: ArrayLike<number>,
): number {
  const total = clusters.length;
  const table = contingency(clusters, classes);
  const ofClusters = entropy(table.map(sum), total);
  const ofClasses = entropy(columnSums(table), total);
  if (ofClusters + ofClasses === 0) return 1;
  const joint = entropy(table.flat(), total);
  const information = ofClusters + ofClasses - joint;
  return Math.max(0, information) / ((ofClusters + ofClasses) / 2);
}

const pairs = (count: number): number => (count * (count - 1)) / 2;
const pairsWithin = (counts: readonly number[]): number => sum(counts.map(pairs));

/**
 * Adjusted Rand index: how far two groupings agree on which pairs of samples belong together,
 * (agreement - expected) / (greatest - expected). 1 is the same grouping, 0 what chance gives;
 * negative below chance. 1 where both groupings are trivial in the same way.
 *
 * @see Hubert & Arabie 1985, Journal of Classification 2:193-218.
 */
export function adjustedRandIndex(clusters: ArrayLike<number>, classes: ArrayLike<number>): number {
  const table = contingency(clusters, classes);
  const together = pairsWithin(table.flat());
  const inClusters = pairsWithin(table.map(sum));
  const inClasses = pairsWithin(columnSums(table));
  const all = pairs(clusters.length);
  const expected = all === 0 ? 0 : (inClusters * inClasses) / all;
  const greatest = (inClusters + inClasses) / 2;
  return greatest === expected ? 1 : (together - expected) / (greatest - expected);
}
