import type { Matrix } from './matrix';

/** The nearest reference points of each query, nearest first. */
export interface Neighbors {
  readonly queries: number;
  /** Neighbours of each query; fewer than asked for where there are fewer reference points. */
  readonly k: number;
  /** Indices of reference points `[queries, k]`. */
  readonly indices: Int32Array;
}

function squaredDistance(a: Matrix, i: number, b: Matrix, j: number, limit: number): number {
  let sum = 0;
  for (let column = 0; column < a.columns; column += 1) {
    const difference =
      (a.data[i * a.columns + column] as number) - (b.data[j * b.columns + column] as number);
    sum += difference * difference;
    if (sum >= limit) return sum;
  }
  return sum;
}

/**
 * The `k` reference points nearest to each query by Euclidean distance; among equally near ones
 * those with the lower index.
 *
 * Looks at every pair: with 10,000 points each in 10 dimensions that takes about a second, where
 * k-d trees of the libraries tried took most of a minute.
 *
 * @param selves Whether query i is reference i, which is then no neighbour of itself.
 */
export function nearestNeighbors(
  references: Matrix,
  queries: Matrix,
  k: number,
  selves = false,
): Neighbors {
  const found = Math.max(0, Math.min(k, references.rows - (selves ? 1 : 0)));
  const indices = new Int32Array(queries.rows * found);
  const distances = new Float64Array(found);
  for (let i = 0; i < queries.rows; i += 1) {
    const nearest = indices.subarray(i * found, (i + 1) * found);
    distances.fill(Number.POSITIVE_INFINITY);
    for (let j = 0; j < references.rows; j += 1) {
      if (selves && i === j) continue;
      const worst = distances[found - 1] as number;
      const distance = squaredDistance(queries, i, references, j, worst);
      if (distance >= worst) continue;
      let place = found - 1;
      for (; place > 0 && (distances[place - 1] as number) > distance; place -= 1) {
        distances[place] = distances[place - 1] as number;
        nearest[place] = nearest[place - 1] as number;
      }
      distances[place] = distance;
      nearest[place] = j;
    }
  }
  return { queries: queries.rows, k: found, indices };
}

/** Labels of the neighbours of query `i`, nearest first. */
export function labelsOf(
  { k, indices }: Neighbors,
  i: number,
  referenceLabels: ArrayLike<number>,
): number[] {
  return Array.from(indices.subarray(i * k, (i + 1) * k), (j) => referenceLabels[j] as number);
}

/** The label that occurs most; among equals the one that occurs first. */
function vote(labels: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  let winner: number | undefined;
  for (const [label, count] of counts) {
    if (winner === undefined || count > (counts.get(winner) ?? 0)) winner = label;
  }
  return winner;
}

/** Share of queries whose label is the majority label of their neighbours; a tie goes to the nearest. */
export function votingAccuracy(
  neighbors: Neighbors,
  referenceLabels: ArrayLike<number>,
  queryLabels: ArrayLike<number>,
): number {
  let right = 0;
  for (let i = 0; i < neighbors.queries; i += 1) {
    if (vote(labelsOf(neighbors, i, referenceLabels)) === queryLabels[i]) right += 1;
  }
  return right / neighbors.queries;
}

/**
 * Share of queries whose label is the majority label of their `k` nearest reference points
 * (Euclidean distance; a tie goes to the label that comes nearest).
 */
export function nearestNeighborAccuracy(
  references: Matrix,
  referenceLabels: ArrayLike<number>,
  queries: Matrix,
  queryLabels: ArrayLike<number>,
  k: number,
): number {
  return votingAccuracy(nearestNeighbors(references, queries, k), referenceLabels, queryLabels);
}

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
