import { JobField, RowSetField } from './layout';
import { announceJob, centre, hasBadRow, type PlacedSide, placeJob } from './place';
import { type GradProblem, isUsable, paddedPlace, type Side, splitSides } from './problem';
import type { Runtime } from './runtime';
import { threadsFor } from './threads';

/** Rows of the sums that come with the upstream gradients. */
const NEAREST_ALL = 0;
const RELATIVE_ALL = 1;
const NEAREST_SAME = 2;
const RELATIVE_SAME = 3;
const UPSTREAM_ALL = 4;
const UPSTREAM_SAME = 5;

/** Factor of G while it is worked with: keeps products clear of slow and short denormal numbers. */
const LIFT = 2 ** 30;

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

  const sides = splitSides(problem);
  const threads = threadsFor(problem, sides, true);
  const tiles = problem.tiles?.length ? problem.tiles : undefined;
  const placed = placeJob(runtime, problem, sides, { backward: true, tiles, threads });
  const { words, floats } = runtime.views();
  if (!centre(runtime, problem, placed)) return nan();

  // Upstream gradients are scaled to at most 1: what is negligible is so beside the largest.
  const largest = Math.max(largestUpstream(anchorSums), largestUpstream(candidateSums)) || 1;
  placeWeights(floats, sides.anchors, placed.anchors, anchorSums, LIFT / largest);
  placeWeights(floats, sides.others, placed.others, candidateSums, LIFT / largest);
  floats[placed.job / 4 + JobField.gradientScale] = (-2 * largest) / LIFT / temperature;
  // Candidates that are no anchors weigh nothing: the kernels then skip their side.
  if (!hasUpstream(candidateSums, sides.others)) {
    words[placed.others.set / 4 + RowSetField.weights] = 0;
  }

  announceJob(words, sides, placed, { backward: true, threads });
  runtime.run(threads);
  if (hasBadRow(words, sides.others, placed.others)) return nan();
  if (sides.symmetric && hasBadRow(words, sides.anchors, placed.anchors)) return nan();
  if (problem.unitRows) {
    runtime.kernels.unitRowsGrad(placed.given, placed.gradient, n, d, placed.gradient);
  }
  out.set(floats.subarray(placed.gradient / 4, placed.gradient / 4 + n * d));
  spoilBadRows(out, problem, words.subarray(placed.anchors.bad / 4), sides.anchors);
  return out;
}

function largestUpstream(sums: Float32Array): number {
  let largest = 0;
  for (let k = (sums.length / 6) * UPSTREAM_ALL; k < sums.length; k++) {
    const size = Math.abs(sums[k] ?? 0);
    if (size > largest && Number.isFinite(size)) largest = size;
  }
  return largest;
}

function hasUpstream(sums: Float32Array, { order }: Side): boolean {
  const rows = sums.length / 6;
  return order.some(
    (row) => sums[UPSTREAM_ALL * rows + row] !== 0 || sums[UPSTREAM_SAME * rows + row] !== 0,
  );
}

/** Writes the weight and the nearest distance of A, then of B, of every row, in the order of its side. */
function placeWeights(
  floats: Float32Array,
  side: Side,
  placed: PlacedSide,
  sums: Float32Array,
  lift: number,
): void {
  const rows = sums.length / 6;
  const { padded } = side;
  const first = placed.weights / 4;
  floats.fill(0, first, first + 4 * padded);
  for (let place = 0; place < side.count; place++) {
    const row = side.order[place] ?? 0;
    if (!isFiniteRow(sums, rows, row)) continue;
    const at = first + paddedPlace(side, place);
    floats[at] = share(sums, UPSTREAM_ALL * rows + row, RELATIVE_ALL * rows + row) * lift;
    floats[at + padded] = sums[NEAREST_ALL * rows + row] ?? 0;
    floats[at + 2 * padded] =
      share(sums, UPSTREAM_SAME * rows + row, RELATIVE_SAME * rows + row) * lift;
    floats[at + 3 * padded] = sums[NEAREST_SAME * rows + row] ?? 0;
  }
}

/** What the nearest candidate gets of the upstream gradient; zeros stand where there is none. */
function share(sums: Float32Array, upstreamAt: number, relativeAt: number): number {
  const upstream = sums[upstreamAt] ?? 0;
  return upstream === 0 ? 0 : upstream * Math.exp(-Math.max(sums[relativeAt] ?? 0, 0));
}

function allFinite(values: Float32Array): boolean {
  for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k])) return false;
  return true;
}

/** Whether the references and a and b of `row` are finite. */
function isFiniteRow(sums: Float32Array, rows: number, row: number): boolean {
  for (let at = row; at < 6 * rows; at += rows) if (!Number.isFinite(sums[at])) return false;
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
