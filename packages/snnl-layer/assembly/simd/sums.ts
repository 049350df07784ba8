import {
  COLUMN_STATS, DIFFERENT, EXTREMES, HOLDS, Job, KIND_STRIDE, ROWS, ROW_STATS, RowSet, SAME, TILE, TILE2, TILE_ROW,
  rowsIn,
} from '../layout';
import { excludes, ownColumn, pairKinds } from '../pairs';
import { exp2, horizontalMax, horizontalMin, horizontalSum, matters, multiplyAdd } from './vector';

// Forward, equations 1 and 2. A tile gives, for each row and each column, a reference distance, the
// sum of 2^((reference - d) scale), and that sum weighted by d. They are kept apart for pairs of
// different and of the same class: either can be negligible beside the other.

const KEYS: usize = <usize>ROWS << 2;
/** Powers of two that one reference may span: 2^-86 keeps full precision beside 1. */
const SPAN: f32 = 86;
const INFINITE: f32 = <f32>Infinity;

/** One exponential a pair, with the least distance of the whole tile as reference of all. */
// @ts-ignore: decorator
@inline
function sharedReference(tile: usize, rowCount: i32, columnBytes: usize, least: f32, scale: f32, MASKED: bool, rowStats: usize, columnStats: usize): void {
  const reference = f32x4.splat(least), k = f32x4.splat(scale);
  const empty = f32x4.splat(INFINITE), zero = f32x4.splat(0);
  memory.fill(columnStats + KEYS, 0, KEYS * 2);
  for (let i = 0; i < rowCount; i++, tile += TILE_ROW, rowStats += 4) {
    let sum = zero, weighted = zero;
    for (let c: usize = 0; c < columnBytes; c += 16) {
      const d = v128.load(tile + c);
      const t = f32x4.mul(f32x4.sub(reference, d), k);
      let e = exp2(t), w = f32x4.mul(e, d);
      if (MASKED) { const m = matters(t); e = v128.and(e, m); w = v128.and(w, m); }
      sum = f32x4.add(sum, e);
      weighted = f32x4.add(weighted, w);
      v128.store(columnStats + c, f32x4.add(v128.load(columnStats + c, KEYS), e), KEYS);
      v128.store(columnStats + c, f32x4.add(v128.load(columnStats + c, KEYS * 2), w), KEYS * 2);
    }
    const s = horizontalSum(sum);
    f32.store(rowStats, s > 0 ? least : INFINITE);
    f32.store(rowStats, s, KEYS);
    f32.store(rowStats, horizontalSum(weighted), KEYS * 2);
  }
  for (let c: usize = 0; c < columnBytes; c += 16) {
    const some = f32x4.gt(v128.load(columnStats + c, KEYS), zero);
    v128.store(columnStats + c, v128.bitselect(reference, empty, some));
  }
}

/** Two exponentials a pair: each row and each column has its own least distance as reference. */
function ownReferences(tile: usize, rowCount: i32, columnBytes: usize, scale: f32, rowStats: usize, columnStats: usize): void {
  const k = f32x4.splat(scale), zero = f32x4.splat(0), empty = f32x4.splat(INFINITE);
  for (let c: usize = 0; c < columnBytes; c += 16) {
    let least = empty;
    for (let i = 0, p = tile + c; i < rowCount; i++, p += TILE_ROW) least = f32x4.min(least, v128.load(p));
    v128.store(columnStats + c, least);
  }
  memory.fill(columnStats + KEYS, 0, KEYS * 2);
  for (let i = 0; i < rowCount; i++, tile += TILE_ROW, rowStats += 4) {
    let least = empty;
    for (let c: usize = 0; c < columnBytes; c += 16) least = f32x4.min(least, v128.load(tile + c));
    const rowLeast = horizontalMin(least), reference = f32x4.splat(rowLeast);
    let sum = zero, weighted = zero;
    for (let c: usize = 0; c < columnBytes; c += 16) {
      const d = v128.load(tile + c);
      let t = f32x4.mul(f32x4.sub(reference, d), k), m = matters(t);
      if (v128.any_true(m)) {
        const e = v128.and(exp2(t), m);
        sum = f32x4.add(sum, e);
        weighted = f32x4.add(weighted, v128.and(f32x4.mul(e, d), m));
      }
      t = f32x4.mul(f32x4.sub(v128.load(columnStats + c), d), k);
      m = matters(t);
      if (v128.any_true(m)) {
        const e = v128.and(exp2(t), m);
        v128.store(columnStats + c, f32x4.add(v128.load(columnStats + c, KEYS), e), KEYS);
        v128.store(columnStats + c, f32x4.add(v128.load(columnStats + c, KEYS * 2), v128.and(f32x4.mul(e, d), m)), KEYS * 2);
      }
    }
    f32.store(rowStats, rowLeast);
    f32.store(rowStats, horizontalSum(sum), KEYS);
    f32.store(rowStats, horizontalSum(weighted), KEYS * 2);
  }
}

/** Sums of a tile whose pairs are all of one kind, or +Infinity where `masked`. */
function tileSums(tile: usize, rowCount: i32, columnBytes: usize, least: f32, greatest: f32, scale: f32, masked: bool, rowStats: usize, columnStats: usize): void {
  if ((greatest - least) * scale > SPAN) {
    ownReferences(tile, rowCount, columnBytes, scale, rowStats, columnStats);
  } else if (masked) {
    sharedReference(tile, rowCount, columnBytes, least, scale, true, rowStats, columnStats);
  } else {
    sharedReference(tile, rowCount, columnBytes, least, scale, false, rowStats, columnStats);
  }
}

/**
 * Splits a tile into different-class distances (in place) and same-class distances (TILE2), with
 * +Infinity elsewhere, and gives each part its sums. `diagonal`: row i is the sample of column i.
 */
function mixedSums(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, scratch: usize): i32 {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  const columnBytes = <usize>((columnCount + 3) & ~3) << 2;
  const rowLabels = rows.labels + (<usize>(I * ROWS) << 2), columnLabels = columns.labels + (<usize>(J * ROWS) << 2);
  const infinite = f32x4.splat(INFINITE), last = i32x4.splat(columnCount);
  let leastD = infinite, greatestD = f32x4.splat(0), leastS = infinite, greatestS = greatestD;
  for (let i = 0; i < rowCount; i++) {
    const own = i32x4.splat(ownColumn(job, I, J, i, diagonal)), label = v128.load32_splat(rowLabels + (<usize>i << 2));
    let at = scratch + <usize>i * TILE_ROW, j = i32x4(0, 1, 2, 3);
    for (let c: usize = 0; c < columnBytes; c += 16, at += 16) {
      const d = v128.load(at, TILE);
      const counts = v128.andnot(i32x4.lt_s(j, last), i32x4.eq(j, own));
      const equal = i32x4.eq(label, v128.load(columnLabels + c));
      const same = v128.and(counts, equal), different = v128.andnot(counts, equal);
      const ds = v128.bitselect(d, infinite, same), dd = v128.bitselect(d, infinite, different);
      v128.store(at, dd, TILE);
      v128.store(at, ds, TILE2);
      leastD = f32x4.min(leastD, dd); greatestD = f32x4.max(greatestD, v128.and(d, different));
      leastS = f32x4.min(leastS, ds); greatestS = f32x4.max(greatestS, v128.and(d, same));
      j = i32x4.add(j, i32x4.splat(4));
    }
  }
  let holds = 0;
  const d0 = horizontalMin(leastD), s0 = horizontalMin(leastS);
  if (d0 < INFINITE) {
    holds = DIFFERENT;
    tileSums(scratch + TILE, rowCount, columnBytes, d0, horizontalMax(greatestD), job.scale, true, scratch + ROW_STATS, scratch + COLUMN_STATS);
  }
  if (s0 < INFINITE) {
    holds |= SAME;
    tileSums(scratch + TILE2, rowCount, columnBytes, s0, horizontalMax(greatestS), job.scale, true, scratch + ROW_STATS + KIND_STRIDE, scratch + COLUMN_STATS + KIND_STRIDE);
  }
  return holds;
}

/** Sums of the distance tile in `scratch`, to ROW_STATS, COLUMN_STATS and HOLDS. */
export function sums(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, scratch: usize): void {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  let holds = pairKinds(rows, I, columns, J);
  if (holds == (DIFFERENT | SAME) || (columnCount & 3) != 0 || excludes(job, rowCount, I, J, diagonal)) {
    holds = mixedSums(job, rows, I, columns, J, diagonal, scratch);
  } else {
    const kind = holds == SAME ? KIND_STRIDE : 0;
    const least = horizontalMin(v128.load(scratch + EXTREMES)), greatest = horizontalMax(v128.load(scratch + EXTREMES, 16));
    tileSums(scratch + TILE, rowCount, <usize>columnCount << 2, least, greatest, job.scale, false, scratch + ROW_STATS + kind, scratch + COLUMN_STATS + kind);
  }
  store<i32>(scratch + HOLDS, holds);
}

/** Adds the sums of one side of a tile to those of its block (`count` rows, job.sums layout). */
export function mergeSums(stats: usize, sums: usize, padded: i32, count: i32, scale: f32): void {
  const stride = <usize>padded << 2, k = f32x4.splat(scale);
  for (let c: usize = 0, end = <usize>count << 2; c < end; c += 16) {
    const at = sums + c, from = stats + c;
    const r0 = v128.load(at), r1 = v128.load(from), r = f32x4.min(r0, r1);
    const t0 = f32x4.mul(f32x4.sub(r, r0), k), t1 = f32x4.mul(f32x4.sub(r, r1), k);
    const f0 = v128.and(exp2(t0), matters(t0)), f1 = v128.and(exp2(t1), matters(t1));
    v128.store(at, r);
    v128.store(at + stride, multiplyAdd(v128.load(at + stride), f0, f32x4.mul(v128.load(from, KEYS), f1)));
    v128.store(at + stride * 2, multiplyAdd(v128.load(at + stride * 2), f0, f32x4.mul(v128.load(from, KEYS * 2), f1)));
  }
}
