import { BLOCK_ROWS } from './layout';

/** Inputs of the forward kernel, read from a backend. */
export interface Problem {
  /** N, M and D. */
  readonly n: number;
  readonly m: number;
  readonly d: number;
  /** `[N, D]` and `[M, D]`, row by row. */
  readonly anchors: Float32Array;
  readonly candidates: Float32Array;
  readonly anchorLabels: Int32Array;
  readonly candidateLabels: Int32Array;
  readonly temperature: number;
  /** Candidate that is anchor 0, or -1. */
  readonly selfOffset: number;
  /** Whether the anchors are those candidates in all; default not. */
  readonly oneBatch?: boolean;
  /** Whether the rows, the same on both sides, are to be scaled to length 1 first. */
  readonly unitRows?: boolean;
}

/** Inputs of the gradient kernel. */
export interface GradProblem extends Problem {
  /** `[6, N]` and `[6, M]`: nearestAll, relativeAll, nearestSame, relativeSame, dL/dA, dL/dB. */
  readonly anchorSums: Float32Array;
  readonly candidateSums: Float32Array;
  /** Distances of this batch that the forward kernel kept; empty if there are none. */
  readonly tiles?: Float32Array | undefined;
}

/** A temperature by which distances can be divided, and its inverse too is a float32. */
export function isUsable(temperature: number): boolean {
  return (
    temperature > 0 && Number.isFinite(temperature) && Number.isFinite(powerOfDistance(temperature))
  );
}

/** log2(e) / T as a float32: a distance times this is a power of two. */
export function powerOfDistance(temperature: number): number {
  return Math.fround(Math.LOG2E / temperature);
}

/** Rows of one side, sorted by class and cut into blocks; see RowSet in assembly/layout.ts. */
export interface Side {
  readonly count: number;
  readonly blockSize: number;
  readonly blocks: number;
  /** Length of an array that holds BLOCK_ROWS entries for every block. */
  readonly padded: number;
  /** Row of the caller's array at each sorted place. */
  readonly order: Int32Array;
  /** Class at each sorted place, never falling. */
  readonly classes: Int32Array;
  /** Same-class rows that each row of the caller's array is measured against. */
  readonly sameCount: Float32Array;
}

/** Both sides of a problem. */
export interface Sides {
  /**
   * Whether each pair of anchors is worked off once, for both. Then `others` holds only candidates
   * that are no anchors.
   */
  readonly symmetric: boolean;
  readonly anchors: Side;
  readonly others: Side;
}

/** Where sorted place `place` lies in arrays of BLOCK_ROWS entries a block. */
export function paddedPlace({ blockSize }: Side, place: number): number {
  const block = Math.floor(place / blockSize);
  return block * BLOCK_ROWS + (place - block * blockSize);
}

/** Of the last batch against itself: all layers of a step, and their gradients, have its labels. */
let last: { readonly labels: Int32Array; readonly sides: Sides } | undefined;

/** Sorts both sides by class, so that most pairs of blocks share no class. */
export function splitSides(problem: Problem): Sides {
  const { n, m, anchorLabels, oneBatch = false } = problem;
  if (!oneBatch || n !== m) return split(problem);
  if (last?.labels.length !== n || !last.labels.every((id, i) => id === anchorLabels[i])) {
    last = { labels: anchorLabels.slice(), sides: split(problem) };
  }
  return last.sides;
}

function split(problem: Problem): Sides {
  const { n, m, anchorLabels, candidateLabels, selfOffset } = problem;
  const symmetric = problem.oneBatch === true;
  const ids = new Map<number, number>();
  const anchorClasses = denseClasses(anchorLabels, ids);
  const candidateClasses =
    candidateLabels === anchorLabels ? anchorClasses : denseClasses(candidateLabels, ids);
  const isOwn = (j: number) => symmetric && j >= selfOffset && j < selfOffset + n;

  const ofAnchors = countSame(anchorClasses, candidateClasses, ids.size);
  if (selfOffset >= 0) {
    for (let i = 0; i < n; i++) {
      const own = candidateClasses[selfOffset + i] === anchorClasses[i] ? 1 : 0;
      ofAnchors[i] = (ofAnchors[i] ?? 0) - own;
    }
  }
  const ofOthers = countSame(candidateClasses, anchorClasses, ids.size);
  const otherCount = symmetric ? m - n : m;
  return {
    symmetric,
    anchors: sortedSide(anchorClasses, ids.size, n, () => true, ofAnchors),
    others: sortedSide(candidateClasses, ids.size, otherCount, (j) => !isOwn(j), ofOthers),
  };
}

/** How many of `others` are of the class of each of `rows`. */
function countSame(rows: Int32Array, others: Int32Array, classCount: number): Float32Array {
  const sizes = new Int32Array(classCount);
  for (let j = 0; j < others.length; j++) {
    const id = others[j] ?? 0;
    sizes[id] = (sizes[id] ?? 0) + 1;
  }
  const counts = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i++) counts[i] = sizes[rows[i] ?? 0] ?? 0;
  return counts;
}

/** Classes as numbers from 0 on, in the order in which they are met. */
function denseClasses(labels: Int32Array, ids: Map<number, number>): Int32Array {
  const classes = new Int32Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] ?? 0;
    let id = ids.get(label);
    if (id === undefined) {
      id = ids.size;
      ids.set(label, id);
    }
    classes[row] = id;
  }
  return classes;
}

function sortedSide(
  classes: Int32Array,
  classCount: number,
  count: number,
  included: (row: number) => boolean,
  sameCount: Float32Array,
): Side {
  const next = new Int32Array(classCount + 1);
  for (let row = 0; row < classes.length; row++) {
    if (!included(row)) continue;
    const id = classes[row] ?? 0;
    next[id + 1] = (next[id + 1] ?? 0) + 1;
  }
  for (let id = 0; id < classCount; id++) next[id + 1] = (next[id + 1] ?? 0) + (next[id] ?? 0);
  const order = new Int32Array(count);
  const sorted = new Int32Array(count);
  for (let row = 0; row < classes.length; row++) {
    if (!included(row)) continue;
    const id = classes[row] ?? 0;
    const place = next[id] ?? 0;
    next[id] = place + 1;
    order[place] = row;
    sorted[place] = id;
  }
  // Blocks of equal size waste least; 8 rows are one step of the register tile.
  const fewest = Math.max(1, Math.ceil(count / BLOCK_ROWS));
  const blockSize = Math.min(BLOCK_ROWS, Math.ceil(count / fewest / 8) * 8 || 8);
  const blocks = Math.ceil(count / blockSize);
  const padded = blocks * BLOCK_ROWS;
  return { count, blockSize, blocks, padded, order, classes: sorted, sameCount };
}
