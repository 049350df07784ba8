import type { Matrix, NeighborGradProblem, NeighborProblem, SumsWithUpstream } from './types.js';

/** The problem that a float32 kernel sees: features and temperature rounded, sharing kept. */
export function toFloat32<P extends NeighborProblem>(problem: P): P {
  const anchors = roundRows(problem.anchors);
  const shared = problem.candidates === problem.anchors;
  return {
    ...problem,
    anchors,
    candidates: shared ? anchors : roundRows(problem.candidates),
    temperature: Math.fround(problem.temperature),
  };
}

/**
 * As {@link toFloat32}, the upstream gradients too. The references stay exact: a weight is a
 * probability only beside the distances that they come from.
 */
export function gradToFloat32(problem: NeighborGradProblem): NeighborGradProblem {
  return {
    ...toFloat32(problem),
    anchorSums: roundUpstream(problem.anchorSums),
    candidateSums: roundUpstream(problem.candidateSums),
  };
}

function roundUpstream(sums: SumsWithUpstream): SumsWithUpstream {
  const [nearestAll, relativeAll, nearestSame, relativeSame, a, b] = sums;
  return [nearestAll, relativeAll, nearestSame, relativeSame, roundRow(a), roundRow(b)];
}

/** The same rows where they are of float32: what is known of them stays known. */
function roundRows(rows: Matrix): Matrix {
  const exact = rows.every((row) => row.every((value) => Object.is(value, Math.fround(value))));
  return exact ? rows : rows.map(roundRow);
}

function roundRow(row: readonly number[]): number[] {
  return row.map(Math.fround);
}
