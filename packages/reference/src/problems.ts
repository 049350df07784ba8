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

/** Six rows of `count` zeros: candidates that are no anchors. */
export function noSums(count: number): SumsWithUpstream {
  const zeros = () => new Array<number>(count).fill(0);
  return [zeros(), zeros(), zeros(), zeros(), zeros(), zeros()];
}

/**
 * The references of A and B by the oracle, with upstream gradients drawn by `next` for both; b is 0
 * for a lone anchor, which has no B.
 */
export function sumsWithUpstream(problem: NeighborProblem, next: () => number): SumsWithUpstream {
  const [, , , , sameCount, ...references] = neighborLogSums(problem);
  const upstreamAll = sameCount.map(next);
  const drawn = sameCount.map(next);
  const upstreamSame = drawn.map((value, i) => (at(sameCount, i) > 0 ? value : 0));
  return [...references, upstreamAll, upstreamSame];
}

/** `map` applied to each of the six rows. */
export function mapSums(
  [nearestAll, relativeAll, nearestSame, relativeSame, a, b]: SumsWithUpstream,
  map: (row: readonly number[]) => readonly number[],
): SumsWithUpstream {
  return [map(nearestAll), map(relativeAll), map(nearestSame), map(relativeSame), map(a), map(b)];
}

/** `sums` of N anchors placed at `offset` among M candidates, zeros elsewhere. */
export function placeSums(
  sums: SumsWithUpstream,
  offset: number,
  candidateCount: number,
): SumsWithUpstream {
  return mapSums(sums, (row) => {
    const placed = new Array<number>(candidateCount).fill(0);
    for (const [i, value] of row.entries()) placed[offset + i] = value;
    return placed;
  });
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
