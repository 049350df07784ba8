import { LOG_SUM_ALL, LOG_SUM_SAME, SAME_COUNT } from '../contract';
import { announceJob, centre, hasBadRow, type PlacedJob, type PlacedSide, placeJob } from './place';
import { isUsable, type Problem, paddedPlace, type Side, splitSides } from './problem';
import type { Runtime } from './runtime';
import { threadsFor } from './threads';

/** Rows of the result. */
export const ROWS = 9;

/** The kernel `SnnlNeighborLogSums`: `[9, N]`, equations 1, 2 and 6. */
export function forward(
  runtime: Runtime,
  problem: Problem,
  out: Float32Array = new Float32Array(ROWS * problem.n),
): Float32Array {
  sumUp(runtime, problem, out, {});
  return out;
}

/**
 * The same of a batch against itself, whose distances stay in the memory of `runtime` until its next job:
 * returned for the gradient, empty if none were formed.
 */
export function forwardKeeping(
  runtime: Runtime,
  problem: Problem,
  out: Float32Array,
): Float32Array {
  const placed = sumUp(runtime, problem, out, { tiles: 'keep' });
  const first = (placed?.tiles ?? 0) / 4;
  return runtime.views().floats.subarray(first, first + (placed?.tileFloats ?? 0));
}

/** The kernel `SnnlCrossLogSums`: `[9, N + M]`, of the anchors, then of the candidates. */
export function crossForward(
  runtime: Runtime,
  problem: Problem,
  out: Float32Array = new Float32Array(ROWS * (problem.n + problem.m)),
): Float32Array {
  sumUp(runtime, problem, out, { cross: true });
  return out;
}

/** Returns where the job lies, if there was one. */
function sumUp(
  runtime: Runtime,
  problem: Problem,
  out: Float32Array,
  { cross = false, tiles }: { cross?: boolean; tiles?: 'keep' },
): PlacedJob | undefined {
  const { n, temperature } = problem;
  const sides = splitSides(problem);
  const { anchors, others, symmetric } = sides;
  const ofAnchors = new Result(out, 0, anchors);
  const ofOthers = cross ? new Result(out, n, others) : undefined;
  out.fill(0);
  ofAnchors.setCounts();
  ofOthers?.setCounts();
  if (n === 0 && !cross) return undefined;
  if (!isUsable(temperature)) {
    ofAnchors.spoil();
    ofOthers?.spoil();
    return undefined;
  }

  const threads = threadsFor(problem, sides, false);
  const placed = placeJob(runtime, problem, sides, { backward: false, cross, tiles, threads });
  const { words, floats } = runtime.views();
  clearSums(floats, placed.anchors.sums / 4, anchors.padded);
  if (cross) clearSums(floats, placed.others.sums / 4, others.padded);
  const centred = centre(runtime, problem, placed);
  if (!centred && !cross) {
    ofAnchors.spoil();
    return undefined;
  }
  announceJob(words, sides, placed, { backward: false, cross, threads });
  runtime.run(threads);
  const badAnchor = hasBadRow(words, anchors, placed.anchors);
  const badOther = hasBadRow(words, others, placed.others);
  if (badOther || (symmetric && badAnchor)) ofAnchors.spoil();
  else ofAnchors.finish({ words, floats }, temperature, placed.anchors);
  if (badAnchor) ofOthers?.spoil();
  else ofOthers?.finish({ words, floats }, temperature, placed.others);
  return placed;
}

/** No pair yet: nearest distance +Infinity, sums 0, for different and for same class. */
function clearSums(floats: Float32Array, first: number, padded: number): void {
  floats.fill(0, first, first + 6 * padded);
  floats.fill(Number.POSITIVE_INFINITY, first, first + padded);
  floats.fill(Number.POSITIVE_INFINITY, first + 3 * padded, first + 4 * padded);
}

/** The columns of the result, from `first` on, that belong to one side. */
class Result {
  private readonly columns: number;

  constructor(
    private readonly out: Float32Array,
    private readonly first: number,
    private readonly side: Side,
  ) {
    this.columns = out.length / ROWS;
  }

  setCounts(): void {
    this.out.set(this.side.sameCount, SAME_COUNT * this.columns + this.first);
  }

  /** NaN for every row of the side. */
  spoil(): void {
    for (let row = 0; row < this.side.count; row++) this.spoilRow(row);
  }

  private spoilRow(row: number): void {
    for (let r = 0; r < ROWS; r++) {
      if (r !== SAME_COUNT) this.out[r * this.columns + this.first + row] = Number.NaN;
    }
  }

  /** Makes log-sums and means of the sums of both kinds of pairs, in float64. */
  finish(
    { words, floats }: { words: Int32Array; floats: Float32Array },
    temperature: number,
    placed: PlacedSide,
  ): void {
    const { side } = this;
    const { padded } = side;
    const sums = floats.subarray(placed.sums / 4, placed.sums / 4 + 6 * padded);
    const bad = words.subarray(placed.bad / 4, placed.bad / 4 + padded);
    for (let place = 0; place < side.count; place++) {
      const row = side.order[place] ?? 0;
      const at = paddedPlace(side, place);
      if (bad[at] === 1) {
        this.spoilRow(row);
        continue;
      }
      const same = at + 3 * padded;
      const nearestD = sums[at] ?? 0;
      const nearestS = sums[same] ?? 0;
      const sumD = sums[at + padded] ?? 0;
      const sumS = sums[same + padded] ?? 0;
      const weightedD = sums[at + 2 * padded] ?? 0;
      const weightedS = sums[same + 2 * padded] ?? 0;
      // Of no pair, the nearest distance is infinite and the sum 0.
      const nearest = Math.min(nearestD, nearestS);
      const ofD = nearest === nearestD ? 1 : Math.exp((nearest - nearestD) / temperature);
      const ofS = nearest === nearestS ? 1 : Math.exp((nearest - nearestS) / temperature);
      const weighted = ofD * weightedD + ofS * weightedS;
      this.setSums(row, LOG_SUM_ALL, nearest, ofD * sumD + ofS * sumS, weighted, temperature);
      this.setSums(row, LOG_SUM_SAME, nearestS, sumS, weightedS, temperature);
    }
  }

  /** Rows of A, or of B, for `sum` of 2^((nearest - d) scale), and `weighted` of that times d. */
  private setSums(
    row: number,
    kind: typeof LOG_SUM_ALL | typeof LOG_SUM_SAME,
    nearest: number,
    sum: number,
    weighted: number,
    temperature: number,
  ): void {
    if (sum === 0) return;
    const { out, columns } = this;
    const at = this.first + row;
    // The nearest adds 1 to the sum, but for rounding.
    const relative = Math.max(Math.log(sum), 0);
    const mean = weighted / sum;
    out[kind * columns + at] = relative - nearest / temperature;
    // A sum of distances can overflow where none of them does.
    out[(2 + kind) * columns + at] = Number.isFinite(mean) ? mean : Number.NaN;
    out[(5 + 2 * kind) * columns + at] = nearest;
    out[(6 + 2 * kind) * columns + at] = relative;
  }
}
