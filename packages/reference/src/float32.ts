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

/** As {@link toFloat32}, the sums too. */
export function gradToFloat32(problem: NeighborGradProblem): NeighborGradProblem {
  return {
    ...toFloat32(problem),
    anchorSums: roundSums(problem.anchorSums),
    candidateSums: roundSums(problem.candidateSums),
  };
}

function roundRows(rows: Matrix): number[][] {
  return rows.map((row) => row.map(Math.fround));
}

function roundSums([a, b, c, d]: SumsWithUpstream): SumsWithUpstream {
  return [a.map(Math.fround), b.map(Math.fround), c.map(Math.fround), d.map(Math.fround)];
}
