import { centre, hasBadRow } from './centre';
import { announceJob, type PlacedSide, placeJob } from './place';
import { isBatchOfCandidates, isUsable, type Problem } from './problem';
import type { Runtime } from './runtime';
import { paddedPlace, type Side, splitSides } from './sides';
import { threadsFor } from './threads';

/** Rows of the result. */
const ROWS = 9;
const SAME_COUNT = 4;

/** The kernel `SnnlNeighborLogSums`: `[9, N]`, equations 1, 2 and 6. */
export function forward(
  runtime: Runtime,
  problem: Problem,
  out: Float32Array = new Float32Array(ROWS * problem.n),
): Float32Array {
  sumUp(runtime, problem, out, false);
  return out;
}

/** The kernel `SnnlCrossLogSums`: `[9, N + M]`, of the anchors, then of the candidates. */
export function crossForward(
  runtime: Runtime,
  problem: Problem,
  out: Float32Array = new Float32Array(ROWS * (problem.n + problem.m)),
): Float32Array {
  sumUp(runtime, problem, out, true);
  return out;
}

function sumUp(runtime: Runtime, problem: Problem, out: Float32Array, cross: boolean): void {
  const { n, temperature } = problem;
  const sides = splitSides(problem, !cross && isBatchOfCandidates(problem));
  const { anchors, others, symmetric } = sides;
  const ofAnchors = new Result(out, 0, anchors);
  const ofOthers = cross ? new Result(out, n, others) : undefined;
  out.fill(0);
  ofAnchors.setCounts();
  ofOthers?.setCounts();
  if (n === 0 && !cross) return;
  if (!isUsable(temperature)) {
    ofAnchors.spoil();
    ofOthers?.spoil();
    return;
  }

  const threads = threadsFor(problem, sides, false);
  const placed = placeJob(runtime, problem, sides, { backward: false, cross, threads });
  const { words, floats } = runtime.views();
  clearSums(floats, placed.anchors.sums / 4, anchors.padded);
  if (cross) clearSums(floats, placed.others.sums / 4, others.padded);
  const centred = centre(runtime, problem, placed);
  if (!centred && !cross) {
    ofAnchors.spoil();
    return;
  }
  announceJob(words, sides, placed, { backward: false, cross, threads });
  runtime.run(threads);
  const badAnchor = hasBadRow(words, anchors, placed.anchors);
  const badOther = hasBadRow(words, others, placed.others);
  if (badOther || (symmetric && badAnchor)) ofAnchors.spoil();
  else ofAnchors.finish({ words, floats }, temperature, placed.anchors);
  if (badAnchor) ofOthers?.spoil();
  else ofOthers?.finish({ words, floats }, temperature, placed.others);
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
    for (let r = 0; r < ROWS; r++) if (r !== SAME_COUNT) this.set(r, row, Number.NaN);
  }

  private set(r: number, row: number, value: number): void {
    this.out[r * this.columns + this.first + row] = value;
  }

  /** Makes log-sums and means of the sums of both kinds of pairs, in float64. */
  finish(
    { words, floats }: { words: Int32Array; floats: Float32Array },
    temperature: number,
    placed: PlacedSide,
  ): void {
    const { side } = this;
    const { padded } = side;
    const sums = floats.subarray(placed.sums / 4);
    const bad = words.subarray(placed.bad / 4);
    for (let place = 0; place < side.count; place++) {
      const row = side.order[place] ?? 0;
      const at = paddedPlace(side, place);
      if (bad[at] === 1) {
        this.spoilRow(row);
        continue;
      }
      const different = readSums(sums, at, padded);
      const same = readSums(sums, at + 3 * padded, padded);
      this.setSums(row, [0, 2, 5, 6], bothKinds(different, same, temperature), temperature);
      this.setSums(row, [1, 3, 7, 8], same, temperature);
    }
  }

  private setSums(
    row: number,
    [logSumRow, meanRow, nearestRow, relativeRow]: readonly [number, number, number, number],
    { nearest, sum, weighted }: Sums,
    temperature: number,
  ): void {
    if (sum === 0) return;
    // The nearest adds 1 to the sum, but for rounding.
    const relative = Math.max(Math.log(sum), 0);
    const mean = weighted / sum;
    this.set(logSumRow, row, relative - nearest / temperature);
    // A sum of distances can overflow where none of them does.
    this.set(meanRow, row, Number.isFinite(mean) ? mean : Number.NaN);
    this.set(nearestRow, row, nearest);
    this.set(relativeRow, row, relative);
  }
}

/** Sums over some pairs of a row: 2^((nearest - d) scale), and that times d. */
interface Sums {
  readonly nearest: number;
  readonly sum: number;
  readonly weighted: number;
}

function readSums(sums: Float32Array, at: number, padded: number): Sums {
  return {
    nearest: sums[at] ?? 0,
    sum: sums[at + padded] ?? 0,
    weighted: sums[at + 2 * padded] ?? 0,
  };
}

function bothKinds(a: Sums, b: Sums, temperature: number): Sums {
  if (a.sum === 0) return b;
  if (b.sum === 0) return a;
  const nearest = Math.min(a.nearest, b.nearest);
  const ofA = Math.exp((nearest - a.nearest) / temperature);
  const ofB = Math.exp((nearest - b.nearest) / temperature);
  return {
    nearest,
    sum: ofA * a.sum + ofB * b.sum,
    weighted: ofA * a.weighted + ofB * b.weighted,
  };
}
