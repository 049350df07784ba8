import { at } from './at.js';
import { neighborLogSums } from './neighbor-log-sums.js';
import type { Matrix, NeighborGradProblem, NeighborProblem, SumsWithUpstream } from './types.js';

/** A batch against itself. */
export function selfProblem(
  features: Matrix,
  labels: readonly number[],
  temperature: number,
): NeighborProblem {
  return {
    anchors: features,
    candidates: features,
    anchorLabels: labels,
    candidateLabels: labels,
    temperature,
    selfOffset: 0,
  };
}

/** `count` rows of `pool`, from `offset` on, against all of it. */
export function blockProblem(
  pool: Matrix,
  labels: readonly number[],
  temperature: number,
  offset: number,
  count: number,
): NeighborProblem {
  return {
    anchors: pool.slice(offset, offset + count),
    candidates: pool,
    anchorLabels: labels.slice(offset, offset + count),
    candidateLabels: labels,
    temperature,
    selfOffset: offset,
  };
}

/** Four rows of `count` zeros: candidates that are no anchors. */
export function noSums(count: number): SumsWithUpstream {
  const zeros = () => new Array<number>(count).fill(0);
  return [zeros(), zeros(), zeros(), zeros()];
}

/**
 * A and B by the oracle, with upstream gradients drawn by `next` for both; b is 0 for a lone
 * anchor, which has no B.
 */
export function sumsWithUpstream(problem: NeighborProblem, next: () => number): SumsWithUpstream {
  const [logSumAll, logSumSame, , , sameCount] = neighborLogSums(problem);
  const upstreamAll = logSumAll.map(next);
  const upstreamSame = sameCount.map((count) => (count > 0 ? next() : 0));
  return [logSumAll, logSumSame, upstreamAll, upstreamSame];
}

/** `sums` of N anchors placed at `offset` among M candidates, zeros elsewhere. */
export function placeSums(
  sums: SumsWithUpstream,
  offset: number,
  candidateCount: number,
): SumsWithUpstream {
  const [a, b, c, d] = noSums(candidateCount).map((row, r) => {
    const placed = [...row];
    at(sums, r).forEach((value, i) => {
      placed[offset + i] = value;
    });
    return placed;
  });
  if (!a || !b || !c || !d) throw new Error('noSums gave fewer than four rows.');
  return [a, b, c, d];
}

/**
 * The gradient problem that belongs to `problem` for random upstream gradients: the whole
 * gradient where `selfOffset` >= 0, and constant candidates where it is -1.
 */
export function withUpstream(problem: NeighborProblem, next: () => number): NeighborGradProblem {
  const { selfOffset, candidates } = problem;
  const anchorSums = sumsWithUpstream(problem, next);
  return {
    ...problem,
    anchorSums,
    candidateSums:
      selfOffset >= 0
        ? placeSums(anchorSums, selfOffset, candidates.length)
        : noSums(candidates.length),
  };
}
