import { at } from './at.js';
import { isFiniteRow, spoilsEveryAnchor } from './finite.js';
import { logSumExp } from './log-sum-exp.js';
import { squaredDistance } from './squared-distance.js';
import type { NeighborLogSums, NeighborProblem } from './types.js';

/**
 * The forward kernel in float64: A, B, E_p[d], E_q[d] and the same-class count of each anchor.
 *
 * A bad temperature, or a candidate that is not finite, makes rows 0 to 3 NaN; an anchor that is
 * not finite makes its own entries NaN. Sums over no candidate are 0, and so are their means.
 *
 * @see docs/math.md eq. 1, 2, 4.
 */
export function neighborLogSums(problem: NeighborProblem): NeighborLogSums {
  const { anchors, candidates, anchorLabels, candidateLabels, temperature, selfOffset } = problem;
  const allSpoilt = spoilsEveryAnchor(problem);
  const rows: NeighborLogSums = [[], [], [], [], []];
  const [logSumAll, logSumSame, meanDistanceAll, meanDistanceSame, sameCount] = rows;

  for (const [i, anchor] of anchors.entries()) {
    const all: number[] = [];
    const same: number[] = [];
    for (const [j, candidate] of candidates.entries()) {
      if (selfOffset >= 0 && j === selfOffset + i) continue;
      const distance = squaredDistance(anchor, candidate);
      all.push(distance);
      if (at(candidateLabels, j) === at(anchorLabels, i)) same.push(distance);
    }
    const spoilt = allSpoilt || !isFiniteRow(anchor);
    const ofAll = spoilt ? notANumber : logSumAndMean(all, temperature);
    const ofSame = spoilt ? notANumber : logSumAndMean(same, temperature);
    logSumAll.push(ofAll.logSum);
    logSumSame.push(ofSame.logSum);
    meanDistanceAll.push(ofAll.mean);
    meanDistanceSame.push(ofSame.mean);
    sameCount.push(same.length);
  }
  return rows;
}

const notANumber = { logSum: Number.NaN, mean: Number.NaN };

/** log sum exp(-d/T), and the mean of d under the weights exp(-d/T); zeros for no distances. */
function logSumAndMean(distances: readonly number[], temperature: number) {
  if (distances.length === 0) return { logSum: 0, mean: 0 };
  const logSum = logSumExp(distances.map((distance) => -distance / temperature));
  let mean = 0;
  for (const distance of distances) mean += distance * Math.exp(-distance / temperature - logSum);
  return { logSum, mean };
}
