import { contingency } from './contingency';

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
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
  const inClasses = pairsWithin(
    (table[0] ?? []).map((_, column) => sum(table.map((row) => row[column] ?? 0))),
  );
  const all = pairs(clusters.length);
  const expected = all === 0 ? 0 : (inClusters * inClasses) / all;
  const greatest = (inClusters + inClasses) / 2;
  return greatest === expected ? 1 : (together - expected) / (greatest - expected);
}
