import type { Matrix } from './matrix';

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

/** Labels of the `k` reference points nearest to query `i`, nearest first. */
function nearestLabels(
  queries: Matrix,
  i: number,
  references: Matrix,
  labels: ArrayLike<number>,
  k: number,
): number[] {
  const distances = new Array<number>(k).fill(Infinity);
  const nearest = new Array<number>(k).fill(-1);
  for (let j = 0; j < references.rows; j += 1) {
    const worst = distances[k - 1] as number;
    const distance = squaredDistance(queries, i, references, j, worst);
    if (distance >= worst) continue;
    let place = k - 1;
    for (; place > 0 && (distances[place - 1] as number) > distance; place -= 1) {
      distances[place] = distances[place - 1] as number;
      nearest[place] = nearest[place - 1] as number;
    }
    distances[place] = distance;
    nearest[place] = labels[j] as number;
  }
  return nearest.filter((label) => label >= 0);
}

/** The label that occurs most; among equals the one that occurs first. */
function vote(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  let winner = -1;
  for (const [label, count] of counts) if (count > (counts.get(winner) ?? 0)) winner = label;
  return winner;
}

/**
 * Share of queries whose label is the majority label of their `k` nearest reference points
 * (Euclidean distance; a tie goes to the label that comes nearest).
 *
 * Looks at every pair: with 10,000 points each in 10 dimensions that takes about a second, where
 * k-d trees of the libraries tried took most of a minute.
 */
export function nearestNeighborAccuracy(
  references: Matrix,
  referenceLabels: ArrayLike<number>,
  queries: Matrix,
  queryLabels: ArrayLike<number>,
  k: number,
): number {
  let right = 0;
  for (let i = 0; i < queries.rows; i += 1) {
    const predicted = vote(nearestLabels(queries, i, references, referenceLabels, k));
    if (predicted === queryLabels[i]) right += 1;
  }
  return right / queries.rows;
}
