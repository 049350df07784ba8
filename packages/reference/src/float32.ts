import { mapSums } from './problems.js';
import type { Matrix, NeighborGradProblem, NeighborProblem } from './types.js';

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

/** As {@link toFloat32}, the sums too. */
export function gradToFloat32(problem: NeighborGradProblem): NeighborGradProblem {
  return {
    ...toFloat32(problem),
    anchorSums: mapSums(problem.anchorSums, roundRow),
    candidateSums: mapSums(problem.candidateSums, roundRow),
  };
}

function roundRows(rows: Matrix): number[][] {
  return rows.map(roundRow);
}

function roundRow(row: readonly number[]): number[] {
  return row.map(Math.fround);
}
