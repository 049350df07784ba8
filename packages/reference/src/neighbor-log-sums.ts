import { at } from './at.js';
import { isFiniteRow, spoilsEveryAnchor } from './finite.js';
import { logSumExp } from './log-sum-exp.js';
import { isLabelled, isPair } from './pairs.js';
import { squaredDistances } from './squared-distance.js';
import type { NeighborLogSums, NeighborProblem } from './types.js';

/**
 * The forward kernel in float64: A, B, E_p[d], E_q[d], the same-class count of each anchor, and
 * the references of A and B.
 *
 * A bad temperature, or a candidate that is not finite, makes all rows but the count NaN; an anchor
 * that is not finite makes its own entries NaN. Sums over no candidate are 0, and so is all else of
 * them, and everything of a sample without a label, whatever it holds.
 *
 * @see docs/math.md eq. 1, 2, 4.
 */
export function neighborLogSums(problem: NeighborProblem): NeighborLogSums {
  const { anchors, candidates, anchorLabels, candidateLabels, temperature } = problem;
  const allSpoilt = spoilsEveryAnchor(problem);
  const distances = squaredDistances(anchors, candidates);
  const rows: NeighborLogSums = [[], [], [], [], [], [], [], [], []];

  for (const [i, anchor] of anchors.entries()) {
    const all: number[] = [];
    const same: number[] = [];
    const label = at(anchorLabels, i);
    for (const [j, distance] of at(distances, i).entries()) {
      if (!isPair(problem, i, j)) continue;
      all.push(distance);
      if (at(candidateLabels, j) === label) same.push(distance);
    }
    const spoilt = isLabelled(label) && (allSpoilt || !isFiniteRow(anchor));
    const ofAll = spoilt ? notANumber : softSums(all, temperature);
    const ofSame = spoilt ? notANumber : softSums(same, temperature);
    const column = [ofAll.logSum, ofSame.logSum, ofAll.mean, ofSame.mean, same.length];
    column.push(ofAll.nearest, ofAll.relative, ofSame.nearest, ofSame.relative);
    for (const [r, row] of rows.entries()) row.push(at(column, r));
  }
  return rows;
}

const nan = Number.NaN;
const notANumber = { logSum: nan, mean: nan, nearest: nan, relative: nan };

/**
 * log sum exp(-d/T), the same relative to the nearest d, that one, and the mean of d under the
 * weights exp(-d/T); zeros for no distances.
 */
function softSums(distances: readonly number[], temperature: number): typeof notANumber {
  if (distances.length === 0) return { logSum: 0, mean: 0, nearest: 0, relative: 0 };
  const nearest = distances.reduce((least, distance) => Math.min(least, distance));
  const exponents = distances.map((distance) => (nearest - distance) / temperature);
  const relative = logSumExp(exponents);
  let mean = 0;
  for (const [j, distance] of distances.entries()) {
    mean += distance * Math.exp(at(exponents, j) - relative);
  }
  return { logSum: relative - nearest / temperature, mean, nearest, relative };
}
