import type { PlacedJob, PlacedSide } from './place';
import type { Problem } from './problem';
import type { Runtime } from './runtime';
import type { Side } from './sides';

/** Squared distance of two means from which on one of them must be that of samples with no norm. */
const TOO_FAR = 2 ** 120;

/**
 * Puts the mean sample where the job wants it (equation 8): of the candidates, or of both of two
 * disjoint sets, so that a pair has the same distance whichever side is the anchors. False if that
 * of the candidates is not finite, for then a candidate is not; points are then not moved.
 */
export function centre(runtime: Runtime, problem: Problem, placed: PlacedJob): boolean {
  const { n, m, d, selfOffset } = problem;
  const { floats } = runtime.views();
  const first = placed.center / 4;
  floats.fill(0, first, first + Math.ceil(d / 8) * 8);
  const candidates = totals(runtime, placed, placed.others, m, d);
  if (!candidates.every(Number.isFinite)) return false;
  const anchors =
    selfOffset < 0 && n > 0 ? totals(runtime, placed, placed.anchors, n, d) : undefined;
  if (anchors && isNear(anchors, n, candidates, m)) {
    for (let f = 0; f < d; f++) {
      floats[first + f] = ((anchors[f] ?? 0) + (candidates[f] ?? 0)) / (n + m);
    }
  } else if (m > 0) {
    for (let f = 0; f < d; f++) floats[first + f] = (candidates[f] ?? 0) / m;
  }
  return true;
}

/** Sums of each feature over the rows of one side. */
function totals(
  runtime: Runtime,
  placed: PlacedJob,
  { raw }: PlacedSide,
  count: number,
  d: number,
): Float64Array {
  runtime.kernels.totals(raw, count, d, placed.totals);
  return new Float64Array(runtime.memory.buffer, placed.totals, d).slice();
}

/** Whether the means of both sets are not too far from each other; false where one is no number. */
function isNear(a: Float64Array, n: number, b: Float64Array, m: number): boolean {
  let square = 0;
  for (let f = 0; f < a.length; f++) {
    square += ((a[f] ?? 0) / n - (b[f] ?? 0) / Math.max(m, 1)) ** 2;
  }
  return square < TOO_FAR;
}

/** Whether packing met a row that is not finite, or whose squared norm is too large. */
export function hasBadRow(words: Int32Array, { padded }: Side, { bad }: PlacedSide): boolean {
  return words.subarray(bad / 4, bad / 4 + padded).includes(1);
}
