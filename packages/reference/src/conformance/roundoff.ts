import { at } from '../at.js';
import { isLabelled, isPair } from '../pairs.js';
import { packed, squaredDistance, squaredDistances } from '../squared-distance.js';
import type {
  Matrix,
  NeighborGradProblem,
  NeighborLogSums,
  NeighborProblem,
  SumsWithUpstream,
} from '../types.js';

/** Half the gap between 1 and the next float32. */
export const unitRoundoff = 2 ** -24;

/**
 * What a careful float32 kernel may be off by, beside its tolerance.
 *
 * A distance comes from centred points, |x|^2 + |z|^2 - 2 x.z, or from squared differences.
 * Rounding leaves it uncertain by c u (|x|^2 + |z|^2): c = 8 for the centring, the three terms
 * and the division by T, plus 2 sqrt(D) for a sum of D terms whose roundings have random signs
 * (Higham & Mary 2019, SIAM J. Sci. Comput. 41, A2815). That much over T is the uncertainty of
 * s = -d/T, which is the relative one of p and q. It is what no tolerance may forget: at T = 0.01
 * and |x|^2 = 100, s is only known to 0.03 however good the kernel is. A common offset drops
 * out, as points are centred: a kernel that does not centre fails.
 */
export interface PairRoundoff {
  /** d_ij and the uncertainty of s_ij, `[N][M]`. */
  readonly distances: readonly Float64Array[];
  readonly exponent: readonly Float64Array[];
  /** |x_i| and |z_j| after centring, no less than float32 makes them. */
  readonly anchorNorms: number[];
  readonly candidateNorms: number[];
}

/** @param inputError relative rounding of the features themselves, where the oracle had better. */
export function pairRoundoff(problem: NeighborProblem, inputError = 0): PairRoundoff {
  const { anchors, candidates, temperature, selfOffset } = problem;
  const [allAnchors, allCandidates] = [packed(anchors), packed(candidates)];
  const width = allAnchors[0]?.length ?? allCandidates[0]?.length ?? 0;
  const ofAnchors = allAnchors.filter((_, i) => isLabelled(at(problem.anchorLabels, i)));
  const ofCandidates = allCandidates.filter((_, j) => isLabelled(at(problem.candidateLabels, j)));
  const center = columnMeans(ofCandidates.length > 0 ? ofCandidates : ofAnchors, width);
  // Two disjoint sets may be centred on the mean of both, for a pair to be the same from either side.
  const ofBoth = columnMeans([...ofAnchors, ...ofCandidates], width);
  const centers = selfOffset < 0 && ofBoth.every(Number.isFinite) ? [center, ofBoth] : [center];
  // The centre is itself a float32 sum of M points, so that equal points do not centre to 0.
  const ofCenter = unitRoundoff * (4 + 2 * Math.sqrt(candidates.length)) * Math.hypot(...center);
  const lengthOf = (row: Float64Array) =>
    Math.sqrt(Math.max(...centers.map((point) => squaredDistance(row, point)))) + ofCenter;
  const anchorNorms = allAnchors.map(lengthOf);
  const candidateNorms = allCandidates.map(lengthOf);
  const distances = squaredDistances(anchors, candidates);
  const growth = (8 + 2 * Math.sqrt(center.length)) * unitRoundoff;
  const exponent = distances.map((row, i) => {
    const anchorSquare = at(anchorNorms, i) ** 2;
    return row.map((distance, j) => {
      const ofDistance = growth * (anchorSquare + at(candidateNorms, j) ** 2);
      if (inputError === 0) return ofDistance / temperature;
      const lengths = Math.hypot(...at(anchors, i)) + Math.hypot(...at(candidates, j));
      const ofInputs = 2 * inputError * lengths * Math.sqrt(distance);
      return (ofDistance + ofInputs) / temperature;
    });
  });
  return { distances, exponent, anchorNorms, candidateNorms };
}

/**
 * Error bounds `[9][N]`, 0 for the counts.
 *
 * A log-sum inherits the exponents' errors averaged under its weights, plus its own rounding:
 * an exp good to (3 + 2|x|) ulp and a log good to 2^-21, the least that WGSL and GLSL promise.
 */
export function forwardRoundoff(
  problem: NeighborProblem,
  sums: NeighborLogSums,
  roundoff: PairRoundoff,
): number[][] {
  const bounds: number[][] = sums.map(() => []);
  for (let i = 0; i < problem.anchors.length; i++) {
    const ofAll = logSumRoundoff(problem, roundoff, i, sums, [2, 5, 6], false);
    const ofSame = logSumRoundoff(problem, roundoff, i, sums, [3, 7, 8], true);
    const column = [ofAll.logSum, ofSame.logSum, ofAll.mean, ofSame.mean, 0];
    column.push(ofAll.nearest, ofAll.relative, ofSame.nearest, ofSame.relative);
    for (const [r, row] of bounds.entries()) row.push(at(column, r));
  }
  return bounds;
}

function logSumRoundoff(
  problem: NeighborProblem,
  roundoff: PairRoundoff,
  i: number,
  sums: NeighborLogSums,
  rows: readonly [mean: number, nearest: number, relative: number],
  sameOnly: boolean,
) {
  const { anchorLabels, candidateLabels, temperature } = problem;
  const exponents = at(roundoff.exponent, i);
  const [mean, nearest, relative] = rows.map((r) => at(at(sums, r), i)) as [number, number, number];
  let count = 0;
  let relativeError = 0;
  let meanError = 0;
  let largest = 0;
  for (const [j, distance] of at(roundoff.distances, i).entries()) {
    if (!isPair(problem, i, j)) continue;
    if (sameOnly && at(anchorLabels, i) !== at(candidateLabels, j)) continue;
    count++;
    const logWeight = (nearest - distance) / temperature - relative;
    const weight = Math.exp(logWeight);
    const ofExponent = at(exponents, j);
    const growth = growthOf(logWeight, ofExponent + unitRoundoff * (6 + 4 * Math.abs(logWeight)));
    relativeError += growth;
    meanError +=
      weight * ofExponent * temperature + Math.min(growth, 1) * Math.abs(distance - mean);
    largest = Math.max(largest, ofExponent);
  }
  if (count === 0) return { logSum: 0, mean: 0, nearest: 0, relative: 0 };
  const ofSum = unitRoundoff * (16 + 2 * Math.sqrt(count));
  // No sum moves further than its largest exponent does.
  const ofExponents = Math.min(relativeError, largest + unitRoundoff * 6 * count);
  return {
    logSum: ofExponents + ofSum + 2 * unitRoundoff * (relative + nearest / temperature),
    mean: meanError + 2 * ofSum * mean,
    nearest: largest * temperature + 2 * unitRoundoff * nearest,
    relative: Math.min(ofExponents + largest, Math.log(count)) + ofSum,
  };
}

/** Error bounds `[N]` for A - B, from those for A and B. */
export function anchorLossRoundoff([ofAll = [], ofSame = []]: Matrix): number[] {
  return ofAll.map((bound, i) => bound + at(ofSame, i));
}

/**
 * Error bounds `[N]`, each for the Euclidean norm of one row of the gradient: the error of every
 * weight times its distance, and the rounding of 2 (x rowsum(G) - G z) from centred points.
 */
export function gradientRoundoff(problem: NeighborGradProblem, roundoff: PairRoundoff): number[] {
  const { anchorLabels, candidateLabels, temperature } = problem;
  const ofSum = unitRoundoff * (16 + 2 * Math.sqrt(problem.candidates.length));
  return Array.from(roundoff.distances, (row, i) => {
    let bound = 0;
    for (const [j, distance] of row.entries()) {
      if (!isPair(problem, i, j)) continue;
      const pair: Pair = {
        distance,
        temperature,
        same: at(anchorLabels, i) === at(candidateLabels, j),
        error: at(at(roundoff.exponent, i), j),
        reach: Math.sqrt(distance),
        ofSum: ofSum * (at(roundoff.anchorNorms, i) + at(roundoff.candidateNorms, j)),
      };
      bound += ofWeights(problem.anchorSums, i, pair) + ofWeights(problem.candidateSums, j, pair);
    }
    return (2 / temperature) * bound;
  });
}

interface Pair {
  readonly distance: number;
  readonly temperature: number;
  readonly same: boolean;
  /** Uncertainty of s. */
  readonly error: number;
  /** |x_i - z_j| */
  readonly reach: number;
  /** Rounding of the final sum, for a weight of 1. */
  readonly ofSum: number;
}

function ofWeights(sums: SumsWithUpstream, k: number, pair: Pair): number {
  const [nearestAll, relativeAll, nearestSame, relativeSame, upstreamAll, upstreamSame] = sums;
  const ofAll = ofWeight(at(upstreamAll, k), at(nearestAll, k), at(relativeAll, k), pair);
  if (!pair.same) return ofAll;
  return ofAll + ofWeight(at(upstreamSame, k), at(nearestSame, k), at(relativeSame, k), pair);
}

/** A weight is a probability, whatever is known of its exponent: it is off by 1 at most. */
function ofWeight(upstream: number, nearest: number, relative: number, pair: Pair): number {
  if (upstream === 0) return 0;
  const { distance, temperature, error, reach, ofSum } = pair;
  const logWeight = Math.min((nearest - distance) / temperature - relative, 0);
  const ofExponent = 2 * error + unitRoundoff * (16 + 8 * Math.abs(logWeight));
  const ofValue = Math.min(growthOf(logWeight, ofExponent), 1);
  return Math.abs(upstream) * (ofValue * reach + Math.exp(logWeight) * ofSum);
}

/** exp(logWeight + error) - exp(logWeight), without overflow of one factor alone. */
function growthOf(logWeight: number, error: number): number {
  return error < 1
    ? Math.exp(logWeight) * Math.expm1(error)
    : Math.exp(logWeight + error) - Math.exp(logWeight);
}

/** The mean row; zeros where there is none. */
function columnMeans(rows: readonly Float64Array[], width: number): Float64Array {
  const sums = new Float64Array(width);
  for (const row of rows) {
    for (let k = 0; k < sums.length; k++) sums[k] = (sums[k] ?? 0) + (row[k] ?? 0);
  }
  return sums.map((sum) => sum / Math.max(rows.length, 1));
}
