import { at } from '../at.js';
import { squaredDistance } from '../squared-distance.js';
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
  /** Uncertainty of s_ij, `[N][M]`. */
  readonly exponent: number[][];
  /** |x_i| and |z_j| after centring. */
  readonly anchorNorms: number[];
  readonly candidateNorms: number[];
}

/** @param inputError relative rounding of the features themselves, where the oracle had better. */
export function pairRoundoff(problem: NeighborProblem, inputError = 0): PairRoundoff {
  const { anchors, candidates, temperature } = problem;
  const center = columnMeans(candidates);
  const anchorNorms = anchors.map((row) => Math.sqrt(squaredDistance(row, center)));
  const candidateNorms = candidates.map((row) => Math.sqrt(squaredDistance(row, center)));
  const growth = 8 + 2 * Math.sqrt(center.length);
  const exponent = anchors.map((x, i) =>
    candidates.map((z, j) => {
      const ofDistance =
        growth * unitRoundoff * (at(anchorNorms, i) ** 2 + at(candidateNorms, j) ** 2);
      if (inputError === 0) return ofDistance / temperature;
      const lengths = Math.hypot(...x) + Math.hypot(...z);
      const ofInputs = 2 * inputError * lengths * Math.sqrt(squaredDistance(x, z));
      return (ofDistance + ofInputs) / temperature;
    }),
  );
  return { exponent, anchorNorms, candidateNorms };
}

/**
 * Error bounds `[4][N]` for rows 0 to 3.
 *
 * A log-sum inherits the exponents' errors averaged under its weights, plus its own rounding:
 * an exp good to (3 + 2|x|) ulp and a log good to 2^-21, the least that WGSL and GLSL promise.
 */
export function forwardRoundoff(
  problem: NeighborProblem,
  sums: NeighborLogSums,
  roundoff: PairRoundoff,
): number[][] {
  const bounds: number[][] = [[], [], [], []];
  const [allBound = [], sameBound = [], allMeanBound = [], sameMeanBound = []] = bounds;
  for (let i = 0; i < problem.anchors.length; i++) {
    const ofAll = logSumRoundoff(problem, roundoff, i, at(sums[0], i), at(sums[2], i), false);
    const ofSame = logSumRoundoff(problem, roundoff, i, at(sums[1], i), at(sums[3], i), true);
    allBound.push(ofAll.logSum);
    sameBound.push(ofSame.logSum);
    allMeanBound.push(ofAll.mean);
    sameMeanBound.push(ofSame.mean);
  }
  return bounds;
}

function logSumRoundoff(
  problem: NeighborProblem,
  { exponent }: PairRoundoff,
  i: number,
  logSum: number,
  mean: number,
  sameOnly: boolean,
): { logSum: number; mean: number } {
  const { anchors, candidates, anchorLabels, candidateLabels, temperature, selfOffset } = problem;
  let count = 0;
  let logSumError = 0;
  let meanError = 0;
  for (const [j, candidate] of candidates.entries()) {
    if (selfOffset >= 0 && j === selfOffset + i) continue;
    if (sameOnly && at(anchorLabels, i) !== at(candidateLabels, j)) continue;
    count++;
    const distance = squaredDistance(at(anchors, i), candidate);
    const logWeight = -distance / temperature - logSum;
    const weight = Math.exp(logWeight);
    const ofExp = unitRoundoff * (6 + 4 * Math.abs(logWeight));
    const ofWeight = at(at(exponent, i), j) + ofExp;
    logSumError += weight * ofWeight;
    meanError += weight * (at(at(exponent, i), j) * temperature);
    meanError += weight * ofWeight * Math.abs(distance - mean);
  }
  if (count === 0) return { logSum: 0, mean: 0 };
  const ofSum = unitRoundoff * (16 + 2 * Math.sqrt(count));
  return {
    logSum: logSumError + ofSum + 2 * unitRoundoff * Math.abs(logSum),
    mean: meanError + 2 * ofSum * mean,
  };
}

/**
 * Error bounds `[N]`, each for the Euclidean norm of one row of the gradient: the error of every
 * weight times its distance, and the rounding of 2 (x rowsum(G) - G z) from centred points.
 */
export function gradientRoundoff(problem: NeighborGradProblem, roundoff: PairRoundoff): number[] {
  const { anchors, candidates, anchorLabels, candidateLabels, temperature, selfOffset } = problem;
  const ofSum = unitRoundoff * (16 + 2 * Math.sqrt(candidates.length));
  return anchors.map((anchor, i) => {
    let bound = 0;
    for (const [j, candidate] of candidates.entries()) {
      if (selfOffset >= 0 && j === selfOffset + i) continue;
      const distance = squaredDistance(anchor, candidate);
      const s = -distance / temperature;
      const same = at(anchorLabels, i) === at(candidateLabels, j);
      const weight =
        weightMagnitude(problem.anchorSums, i, s, same) +
        weightMagnitude(problem.candidateSums, j, s, same);
      const relative = at(at(roundoff.exponent, i), j) + unitRoundoff * (16 + 8 * Math.abs(s));
      const lengths = at(roundoff.anchorNorms, i) + at(roundoff.candidateNorms, j);
      bound += (2 / temperature) * weight * (relative * Math.sqrt(distance) + ofSum * lengths);
    }
    return bound;
  });
}

function weightMagnitude(sums: SumsWithUpstream, k: number, s: number, same: boolean): number {
  const [logSumAll, logSumSame, upstreamAll, upstreamSame] = sums;
  const a = Math.abs(at(upstreamAll, k));
  const b = same ? Math.abs(at(upstreamSame, k)) : 0;
  return (
    (a === 0 ? 0 : a * Math.exp(s - at(logSumAll, k))) +
    (b === 0 ? 0 : b * Math.exp(s - at(logSumSame, k)))
  );
}

export function columnMeans(rows: Matrix): number[] {
  const [first = []] = rows;
  return first.map((_, k) => rows.reduce((sum, row) => sum + at(row, k), 0) / rows.length);
}
