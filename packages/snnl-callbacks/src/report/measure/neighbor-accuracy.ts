import type { Matrix } from './matrix';
import { labelsOf, type Neighbors, nearestNeighbors } from './nearest-neighbors';

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
