import { at } from './at.js';
import { spoilsEveryAnchor } from './finite.js';
import { isLabelled, isPair } from './pairs.js';
import { packed, squaredDistances } from './squared-distance.js';
import type { NeighborGradProblem, SumsWithUpstream } from './types.js';

/**
 * The gradient kernel in float64: dL/dx `[N, D]` for upstream gradients of A and B.
 *
 * dL/dx_i = 2 sum_j G_ij (x_i - z_j), with G of {@link pairWeight}. What makes the forward kernel
 * NaN makes the same rows NaN here; those of samples without a label are 0.
 *
 * @see docs/math.md eq. 5.
 */
export function neighborLogSumsGrad(problem: NeighborGradProblem): number[][] {
  const { anchors, candidates, anchorLabels } = problem;
  const allSpoilt = spoilsEveryAnchor(problem);
  const distances = squaredDistances(anchors, candidates);
  const columns = packed(candidates);
  return packed(anchors).map((x, i) => {
    if (!isLabelled(at(anchorLabels, i))) return Array.from(x, () => 0);
    if (allSpoilt || !x.every(Number.isFinite)) return Array.from(x, () => Number.NaN);
    const gradient = new Float64Array(x.length);
    for (const [j, z] of columns.entries()) {
      if (!isPair(problem, i, j)) continue;
      const twice = 2 * pairWeight(problem, i, j, at(at(distances, i), j));
      for (let k = 0; k < x.length; k++) {
        gradient[k] = (gradient[k] ?? 0) + twice * ((x[k] ?? 0) - (z[k] ?? 0));
      }
    }
    return [...gradient];
  });
}

/** G_ij = -(a_i p_ij + b_i q_ij + a'_j p'_ij + b'_j q'_ij) / T, of a pair that counts. */
function pairWeight(problem: NeighborGradProblem, i: number, j: number, distance: number): number {
  const { anchorLabels, candidateLabels, anchorSums, candidateSums, temperature } = problem;
  const same = at(anchorLabels, i) === at(candidateLabels, j);
  const ofAnchor = shares(anchorSums, i, distance, temperature, same);
  return -(ofAnchor + shares(candidateSums, j, distance, temperature, same)) / temperature;
}

/** a p + b q of sample `k`: upstream gradients times the weights that it gives to the pair. */
function shares(
  [nearestAll, relativeAll, nearestSame, relativeSame, upstreamAll, upstreamSame]: SumsWithUpstream,
  k: number,
  distance: number,
  temperature: number,
  same: boolean,
): number {
  const a = at(upstreamAll, k);
  const b = same ? at(upstreamSame, k) : 0;
  // Zeros stand where there is no anchor: the weight means nothing there.
  const ofAll =
    a === 0 ? 0 : a * Math.exp((at(nearestAll, k) - distance) / temperature - at(relativeAll, k));
  if (b === 0) return ofAll;
  const logShare = (at(nearestSame, k) - distance) / temperature - at(relativeSame, k);
  return ofAll + b * Math.exp(logShare);
}
