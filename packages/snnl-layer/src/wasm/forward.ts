import { centre, hasBadCandidate } from './centre';
import { announceJob, type PlacedJob, placeJob } from './place';
import { isSlice, isUsable, type Problem } from './problem';
import type { Runtime } from './runtime';
import { paddedPlace, type Sides, splitSides } from './sides';
import { threadsFor } from './threads';

/** The kernel `SnnlNeighborLogSums`: `[5, N]`, equations 1, 2 and 6. */
export function forward(
  runtime: Runtime,
  problem: Problem,
  out: Float32Array = new Float32Array(5 * problem.n),
): Float32Array {
  const { n, anchorLabels, candidateLabels, selfOffset, temperature } = problem;
  const symmetric = selfOffset >= 0 && isSlice(anchorLabels, candidateLabels, selfOffset);
  const sides = splitSides(problem, symmetric);
  out.fill(0);
  out.set(sides.sameCount, 4 * n);
  if (n === 0) return out;
  const spoilt = () => {
    out.fill(Number.NaN, 0, 4 * n);
    return out;
  };
  if (!isUsable(temperature)) return spoilt();

  const threads = threadsFor(problem, sides, false);
  const placed = placeJob(runtime, problem, sides, { backward: false, threads });
  const { words, floats } = runtime.views();
  clearSums(floats, placed.sums / 4, sides.anchors.padded);
  if (!centre(runtime, problem, placed)) return spoilt();
  announceJob(words, sides, placed, { backward: false, threads });
  runtime.run(threads);
  if (hasBadCandidate(words, sides, placed)) return spoilt();
  finish(out, { words, floats }, problem, sides, placed);
  return out;
}

/** No pair yet: least distance +Infinity, sums 0, for different and for same class. */
function clearSums(floats: Float32Array, first: number, padded: number): void {
  floats.fill(0, first, first + 6 * padded);
  floats.fill(Number.POSITIVE_INFINITY, first, first + padded);
  floats.fill(Number.POSITIVE_INFINITY, first + 3 * padded, first + 4 * padded);
}

/** Makes log-sums and means of the sums of both kinds of pairs, in float64. */
function finish(
  out: Float32Array,
  { words, floats }: { words: Int32Array; floats: Float32Array },
  { n, temperature }: Problem,
  { anchors }: Sides,
  placed: PlacedJob,
): void {
  const { padded } = anchors;
  const sums = floats.subarray(placed.sums / 4);
  const bad = words.subarray(placed.anchors.bad / 4);
  for (let place = 0; place < n; place++) {
    const i = anchors.order[place] ?? 0;
    const at = paddedPlace(anchors, place);
    if (bad[at] === 1) {
      for (let row = 0; row < 4; row++) out[row * n + i] = Number.NaN;
      continue;
    }
    const different = readSums(sums, at, padded, temperature);
    const same = readSums(sums, at + 3 * padded, padded, temperature);
    const most = Math.max(different.logSum, same.logSum);
    if (most === Number.NEGATIVE_INFINITY) continue;
    const ofDifferent = Math.exp(different.logSum - most);
    const ofSame = Math.exp(same.logSum - most);
    const total = ofDifferent + ofSame;
    out[i] = most + Math.log(total);
    out[2 * n + i] = (ofDifferent * different.mean + ofSame * same.mean) / total;
    if (same.logSum === Number.NEGATIVE_INFINITY) continue;
    out[n + i] = same.logSum;
    out[3 * n + i] = same.mean;
  }
}

/** Log-sum and mean distance of one kind of pairs of one anchor. */
function readSums(
  sums: Float32Array,
  at: number,
  padded: number,
  temperature: number,
): { logSum: number; mean: number } {
  const sum = sums[at + padded] ?? 0;
  if (sum === 0) return { logSum: Number.NEGATIVE_INFINITY, mean: 0 };
  const logSum = Math.log(sum) - (sums[at] ?? 0) / temperature;
  return { logSum, mean: (sums[at + 2 * padded] ?? 0) / sum };
}
