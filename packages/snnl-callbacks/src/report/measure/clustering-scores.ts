import { munkres } from 'munkres';
import { contingency } from './contingency';

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

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
  const rowSums = table.map(sum);
  const columnSums = (table[0] ?? []).map((_, column) => sum(table.map((row) => row[column] ?? 0)));
  const [ofClusters, ofClasses] = [entropy(rowSums, total), entropy(columnSums, total)];
  if (ofClusters + ofClasses === 0) return 1;
  const joint = entropy(table.flat(), total);
  const information = ofClusters + ofClasses - joint;
  return Math.max(0, information) / ((ofClusters + ofClasses) / 2);
}
