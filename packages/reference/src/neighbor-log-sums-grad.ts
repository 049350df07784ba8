import { at } from './at.js';
import { isFiniteRow, spoilsEveryAnchor } from './finite.js';
import { squaredDistance } from './squared-distance.js';
import type { NeighborGradProblem, SumsWithUpstream } from './types.js';

/**
 * The gradient kernel in float64: dL/dx `[N, D]` for upstream gradients of A and B.
 *
 * dL/dx_i = 2 sum_j G_ij (x_i - z_j), with G of {@link pairWeight}. What makes the forward kernel
 * NaN makes the same rows NaN here.
 *
 * @see docs/math.md eq. 5.
 */
export function neighborLogSumsGrad(problem: NeighborGradProblem): number[][] {
  const { anchors, candidates } = problem;
  const allSpoilt = spoilsEveryAnchor(problem);
  return anchors.map((anchor, i) => {
    if (allSpoilt || !isFiniteRow(anchor)) return anchor.map(() => Number.NaN);
    const gradient = anchor.map(() => 0);
    for (const [j, candidate] of candidates.entries()) {
      const weight = pairWeight(problem, i, j);
      for (let k = 0; k < gradient.length; k++) {
        gradient[k] = (gradient[k] ?? 0) + 2 * weight * ((anchor[k] ?? 0) - (candidate[k] ?? 0));
      }
    }
    return gradient;
  });
}

/** G_ij = -(a_i p_ij + b_i q_ij + a'_j p'_ij + b'_j q'_ij) / T, and 0 for the excluded pair. */
function pairWeight(problem: NeighborGradProblem, i: number, j: number): number {
  const { anchors, candidates, anchorLabels, candidateLabels, temperature, selfOffset } = problem;
  if (selfOffset >= 0 && j === selfOffset + i) return 0;
  const distance = squaredDistance(at(anchors, i), at(candidates, j));
  const same = at(anchorLabels, i) === at(candidateLabels, j);
  const weight = (sums: SumsWithUpstream, k: number): number => {
    const [nearestAll, relativeAll, nearestSame, relativeSame, upstreamAll, upstreamSame] = sums;
    const share = (nearest: number, relative: number) =>
      Math.exp((nearest - distance) / temperature - relative);
    const ofAll = times(at(upstreamAll, k), share(at(nearestAll, k), at(relativeAll, k)));
    if (!same) return ofAll;
    return ofAll + times(at(upstreamSame, k), share(at(nearestSame, k), at(relativeSame, k)));
  };
  return -(weight(problem.anchorSums, i) + weight(problem.candidateSums, j)) / temperature;
}

/** upstream * weight. Zeros stand where there is no anchor: the weight means nothing there. */
function times(upstream: number, weight: number): number {
  return upstream === 0 ? 0 : upstream * weight;
}
