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
