import { at } from '../at.js';
import { permutation } from '../random.js';
import type { NeighborProblem } from '../types.js';

/** A change of the inputs whose effect on the results is known. */
export interface Transformation {
  readonly name: string;
  apply(problem: NeighborProblem, seed: number): NeighborProblem;
  /** Factor on distances. */
  readonly distanceFactor: number;
  /** Factor on gradients. */
  readonly gradientFactor: number;
  /** What happens to a gradient row beside its scale. */
  gradientRow(row: readonly number[], seed: number): number[];
}

const keep = {
  distanceFactor: 1,
  gradientFactor: 1,
  gradientRow: (row: readonly number[]) => [...row],
};

/** Exact in float32 for the features that arbitraries.ts draws. */
export const transformations: readonly Transformation[] = [
  {
    ...keep,
    name: 'all points moved together by more than 100',
    apply: (problem) =>
      mapRows(problem, (row) => row.map((value, k) => value + 128 + 16 * (k % 3))),
  },
  {
    name: 'features scaled by 2 and temperature by 4',
    apply: (problem) => ({
      ...mapRows(problem, (row) => row.map((value) => 2 * value)),
      temperature: 4 * problem.temperature,
    }),
    distanceFactor: 4,
    gradientFactor: 1 / 2,
    gradientRow: keep.gradientRow,
  },
  {
    ...keep,
    name: 'axes exchanged and mirrored',
    apply: (problem, seed) => mapRows(problem, (row) => turn(row, seed)),
    gradientRow: turn,
  },
  {
    ...keep,
    name: 'classes renamed to ids near 2^24, next to each other and of both signs',
    apply: (problem) => ({
      ...problem,
      anchorLabels: problem.anchorLabels.map(rename),
      candidateLabels: problem.candidateLabels.map(rename),
    }),
  },
];

function rename(label: number): number {
  return label % 2 === 0 ? 16_777_215 - label : label - 16_777_214;
}

function mapRows(
  problem: NeighborProblem,
  map: (row: readonly number[]) => number[],
): NeighborProblem {
  const anchors = problem.anchors.map(map);
  const shared = problem.candidates === problem.anchors;
  return { ...problem, anchors, candidates: shared ? anchors : problem.candidates.map(map) };
}

/** An exact rotation or reflection: axes in another order, some with the other sign. */
function turn(row: readonly number[], seed: number): number[] {
  return permutation(row.length, seed).map((k) => (k % 2 === 0 ? at(row, k) : -at(row, k)));
}
