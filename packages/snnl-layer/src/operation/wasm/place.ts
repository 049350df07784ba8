import {
  Arena,
  Control,
  JOB_WORDS,
  JobField,
  KEPT_FLOATS,
  ROW_SET_WORDS,
  RowSetField,
  SCRATCH_BYTES,
} from './layout';
import { type Problem, paddedPlace, powerOfDistance, type Side, type Sides } from './problem';
import type { Runtime } from './runtime';
import { symmetricPairs } from './tasks';

/** Byte addresses of one side's arrays; 0 for an array the job does not need. */
export interface PlacedSide {
  readonly set: number;
  readonly raw: number;
  readonly order: number;
  readonly panels: number;
  readonly columns: number;
  readonly norms: number;
  readonly labels: number;
  readonly weights: number;
  readonly bad: number;
  readonly sums: number;
}

/** Byte addresses of a job. */
export interface PlacedJob {
  readonly job: number;
  readonly anchors: PlacedSide;
  readonly others: PlacedSide;
  readonly center: number;
  readonly totals: number;
  readonly excluded: number;
  readonly product: number;
  readonly rowSums: number;
  readonly gradient: number;
  readonly gradientOrder: number;
  /** The rows as given, where those of length 1 stand in their place and the gradient is of these. */
  readonly given: number;
  /** Distance tiles of all pairs of anchor blocks, and how many floats. */
  readonly tiles: number;
  readonly tileFloats: number;
  readonly turns: number;
  readonly scratch: number;
}

/** What a job is for. */
export interface JobOptions {
  /** For the gradient; otherwise for the sums. */
  readonly backward: boolean;
  /** Sums of both sides. */
  readonly cross?: boolean;
  /** Distances between the anchors: left in place, or already known. */
  readonly tiles?: 'keep' | Float32Array | undefined;
  readonly threads: number;
}

/** Lays a job out in the memory of `runtime`, which grows if need be, and copies its inputs in. */
export function placeJob(
  runtime: Runtime,
  problem: Problem,
  sides: Sides,
  { backward, cross = false, tiles, threads }: JobOptions,
): PlacedJob {
  const { n, m, d, selfOffset } = problem;
  const { anchors, others, symmetric } = sides;
  const width = Math.ceil(d / 8) * 8;
  const arena = new Arena();
  const copies = (side: Side) => arena.take(side.padded * width);
  const raw = arena.take(m * d);
  const known = typeof tiles === 'object';
  const tileFloats = tiles === undefined ? 0 : symmetricPairs(anchors.blocks) * KEPT_FLOATS;
  const placeSide = (side: Side, rawRows: number, sums: boolean): PlacedSide => ({
    set: arena.take(ROW_SET_WORDS),
    raw: rawRows,
    order: arena.take(side.padded),
    panels: backward ? copies(side) : 0,
    columns: known ? 0 : copies(side),
    norms: arena.take(side.padded),
    labels: arena.take(side.padded),
    weights: backward ? arena.take(side.padded * 4) : 0,
    bad: arena.take(side.padded),
    sums: sums ? arena.take(side.padded * 6) : 0,
  });
  const placed: PlacedJob = {
    job: arena.take(JOB_WORDS),
    anchors: placeSide(anchors, symmetric ? raw : arena.take(n * d), !backward),
    others: placeSide(others, raw, cross),
    center: arena.take(width),
    totals: arena.take(width * 2),
    excluded: !symmetric && selfOffset >= 0 ? arena.take(anchors.padded) : 0,
    product: backward ? copies(anchors) : 0,
    rowSums: backward ? arena.take(anchors.padded) : 0,
    gradient: backward ? arena.take(n * d) : 0,
    gradientOrder: backward ? arena.take(anchors.padded) : 0,
    given: problem.unitRows && backward ? arena.take(n * d) : raw,
    tiles: tileFloats > 0 ? arena.take(tileFloats) : 0,
    tileFloats,
    turns: arena.take(anchors.blocks + others.blocks),
    scratch: arena.take((threads * SCRATCH_BYTES) / 4),
  };
  runtime.reserve(arena.end);
  fill(runtime, problem, sides, placed);
  const { words, floats } = runtime.views();
  words[placed.job / 4 + JobField.known] = known ? 1 : 0;
  if (known) floats.set(tiles, placed.tiles / 4);
  return placed;
}

function fill(runtime: Runtime, problem: Problem, sides: Sides, placed: PlacedJob): void {
  const { n, d, selfOffset } = problem;
  const { anchors, others, symmetric } = sides;
  const { words, floats } = runtime.views();
  floats.set(problem.candidates, placed.given / 4);
  if (problem.unitRows) runtime.kernels.unitRows(placed.given, n, d, placed.others.raw);
  if (!symmetric) floats.set(problem.anchors, placed.anchors.raw / 4);
  fillSide(words, anchors, placed.anchors, symmetric ? selfOffset : 0);
  fillSide(words, others, placed.others, 0);

  const job = placed.job / 4;
  words[job + JobField.features] = d;
  words[job + JobField.featuresPadded] = Math.ceil(d / 8) * 8;
  words[job + JobField.anchors] = placed.anchors.set;
  words[job + JobField.others] = placed.others.set;
  for (const name of [
    'center',
    'excluded',
    'product',
    'rowSums',
    'gradient',
    'gradientOrder',
    'tiles',
  ] as const) {
    words[job + JobField[name]] = placed[name];
  }
  const scale = powerOfDistance(problem.temperature);
  const halving = leadingBits(1 / scale);
  floats[job + JobField.scale] = scale;
  floats[job + JobField.halving] = halving;
  floats[job + JobField.halvingRest] = 1 / scale - halving;

  if (placed.excluded > 0) {
    const places = new Int32Array(problem.m);
    for (let place = 0; place < others.count; place++) {
      places[others.order[place] ?? 0] = paddedPlace(others, place);
    }
    for (let place = 0; place < anchors.count; place++) {
      const row = anchors.order[place] ?? 0;
      words[placed.excluded / 4 + paddedPlace(anchors, place)] = places[selfOffset + row] ?? -1;
    }
  }
  if (placed.gradientOrder > 0) {
    for (let place = 0; place < anchors.count; place++) {
      words[placed.gradientOrder / 4 + paddedPlace(anchors, place)] = anchors.order[place] ?? 0;
    }
  }
  words.fill(0, placed.turns / 4, placed.turns / 4 + anchors.blocks + others.blocks);
}

/** The first 10 bits of a positive number. */
function leadingBits(value: number): number {
  const unit = 2 ** (Math.floor(Math.log2(value)) - 9);
  return Math.floor(value / unit) * unit;
}

function fillSide(words: Int32Array, side: Side, placed: PlacedSide, firstRow: number): void {
  const set = placed.set / 4;
  words[set + RowSetField.count] = side.count;
  words[set + RowSetField.blockSize] = side.blockSize;
  words[set + RowSetField.padded] = side.padded;
  for (const name of [
    'raw',
    'order',
    'panels',
    'columns',
    'norms',
    'labels',
    'weights',
    'bad',
    'sums',
  ] as const) {
    words[set + RowSetField[name]] = placed[name];
  }
  const order = placed.order / 4;
  const labels = placed.labels / 4;
  words.fill(-1, labels, labels + side.padded);
  words.fill(0, placed.bad / 4, placed.bad / 4 + side.padded);
  for (let place = 0; place < side.count; place++) {
    const at = paddedPlace(side, place);
    words[order + at] = firstRow + (side.order[place] ?? 0);
    words[labels + at] = side.classes[place] ?? 0;
  }
}

/** Writes the task list of a placed job to the words that every thread reads. */
export function announceJob(
  words: Int32Array,
  sides: Sides,
  placed: PlacedJob,
  { backward, cross = false, threads }: JobOptions,
): void {
  words[Control.backward] = backward ? 1 : 0;
  words[Control.anchorBlocks] = sides.anchors.blocks;
  words[Control.otherBlocks] = sides.others.blocks;
  words[Control.symmetric] = sides.symmetric ? 1 : 0;
  words[Control.cross] = cross ? 1 : 0;
  words[Control.job] = placed.job;
  words[Control.anchors] = placed.anchors.set;
  words[Control.others] = placed.others.set;
  words[Control.turns] = placed.turns;
  words[Control.scratch] = placed.scratch;
  words[Control.threads] = threads;
}

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
