import { labelsOf, type Neighbors } from './nearest-neighbors';

/**
 * Which classes lie near which: `confusion[a][b]` is the share of class b among the neighbours of
 * the samples of class a. Rows sum to 1, or are 0 for a class without samples.
 *
 * @param classes Number of classes; labels are below it.
 */
export function neighborConfusion(
  neighbors: Neighbors,
  referenceLabels: ArrayLike<number>,
  queryLabels: ArrayLike<number>,
  classes: number,
): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < neighbors.queries; i += 1) {
    const row = counts[queryLabels[i] as number] as number[];
    for (const label of labelsOf(neighbors, i, referenceLabels)) {
      row[label] = (row[label] as number) + 1;
    }
  }
  return counts.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total === 0 ? 0 : count / total));
  });
}
