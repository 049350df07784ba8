import { centre, hasBadCandidate } from './centre';
import { G_LIFT, JobField, RowSetField, WEIGHT_LIFT } from './layout';
import { announceJob, type PlacedSide, placeJob } from './place';
import { type GradProblem, isSlice, isUsable } from './problem';
import type { Runtime } from './runtime';
import { paddedPlace, type Side, splitSides } from './sides';
import { threadsFor } from './threads';

/** The kernel `SnnlNeighborLogSumsGrad`: `[N, D]`, equation 5. */
export function backward(
  runtime: Runtime,
  problem: GradProblem,
  out: Float32Array = new Float32Array(problem.n * problem.d),
): Float32Array {
  const { n, d, temperature, anchorSums, candidateSums } = problem;
  const nan = () => {
    out.fill(Number.NaN);
    return out;
  };
  if (n === 0 || d === 0) return out;
  if (!isUsable(temperature) || !allFinite(candidateSums)) return nan();

  const sides = splitSides(problem, isSymmetric(problem));
  const threads = threadsFor(problem, sides, true);
  const placed = placeJob(runtime, problem, sides, { backward: true, threads });
  const { words, floats } = runtime.views();
  if (!centre(runtime, problem, placed)) return nan();

  // Upstream gradients are scaled to at most 1: what is negligible is so beside the largest.
  const largest = Math.max(largestUpstream(anchorSums), largestUpstream(candidateSums)) || 1;
  placeWeights(floats, sides.anchors, placed.anchors, anchorSums, temperature, largest);
  placeWeights(floats, sides.others, placed.others, candidateSums, temperature, largest);
  floats[placed.job / 4 + JobField.gradientScale] = (-2 * largest) / G_LIFT / temperature;
  // Candidates that are no anchors weigh nothing: the kernels then skip their side.
  if (!hasUpstream(candidateSums, sides.others)) {
    words[placed.others.set / 4 + RowSetField.weights] = 0;
  }

  announceJob(words, sides, placed, { backward: true, threads });
  runtime.run(threads);
  if (hasBadCandidate(words, sides, placed)) return nan();
  out.set(floats.subarray(placed.gradient / 4, placed.gradient / 4 + n * d));
  spoilBadRows(out, problem, words.subarray(placed.anchors.bad / 4), sides.anchors);
  return out;
}

/** Whether G is symmetric over the anchors: each has the same label and sums in both roles. */
function isSymmetric(problem: GradProblem): boolean {
  const { n, m, anchorLabels, candidateLabels, anchorSums, candidateSums, selfOffset } = problem;
  if (selfOffset < 0 || !isSlice(anchorLabels, candidateLabels, selfOffset)) return false;
  return [0, 1, 2, 3].every((row) =>
    isSlice(anchorSums.subarray(row * n, (row + 1) * n), candidateSums, row * m + selfOffset),
  );
}

function largestUpstream(sums: Float32Array): number {
  let largest = 0;
  for (let k = sums.length / 2; k < sums.length; k++) {
    const size = Math.abs(sums[k] ?? 0);
    if (size > largest && Number.isFinite(size)) largest = size;
  }
  return largest;
}

function hasUpstream(sums: Float32Array, { order }: Side): boolean {
  const rows = sums.length / 4;
  return order.some((row) => sums[2 * rows + row] !== 0 || sums[3 * rows + row] !== 0);
}

/**
 * Writes a, -A T, b, -B T of every row, in the order of its side. As distances, the log-sums can be
 * subtracted from distances without a division.
 */
function placeWeights(
  floats: Float32Array,
  side: Side,
  placed: PlacedSide,
  sums: Float32Array,
  temperature: number,
  largest: number,
): void {
  const rows = sums.length / 4;
  const { padded } = side;
  const weights = floats.subarray(placed.weights / 4, placed.weights / 4 + 4 * padded);
  weights.fill(0);
  const lift = WEIGHT_LIFT / largest;
  for (let place = 0; place < side.count; place++) {
    const row = side.order[place] ?? 0;
    if (!isFiniteRow(sums, rows, row)) continue;
    const at = paddedPlace(side, place);
    weights[at] = (sums[2 * rows + row] ?? 0) * lift;
    weights[padded + at] = -(sums[row] ?? 0) * temperature;
    weights[2 * padded + at] = (sums[3 * rows + row] ?? 0) * lift;
    weights[3 * padded + at] = -(sums[rows + row] ?? 0) * temperature;
  }
}

function allFinite(values: Float32Array): boolean {
  for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k])) return false;
  return true;
}

/** Whether A, B, a and b of `row` are finite. */
function isFiniteRow(sums: Float32Array, rows: number, row: number): boolean {
  for (let at = row; at < 4 * rows; at += rows) if (!Number.isFinite(sums[at])) return false;
  return true;
}

/** NaN for anchors that are not finite themselves, or whose sums are not. */
function spoilBadRows(
  out: Float32Array,
  { n, d, anchorSums }: GradProblem,
  bad: Int32Array,
  anchors: Side,
): void {
  for (let place = 0; place < n; place++) {
    const row = anchors.order[place] ?? 0;
    if (bad[paddedPlace(anchors, place)] === 1 || !isFiniteRow(anchorSums, n, row)) {
      out.fill(Number.NaN, row * d, (row + 1) * d);
    }
  }
}
