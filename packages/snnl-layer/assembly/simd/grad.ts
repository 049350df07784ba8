import {
  COLUMN_TOTALS, COLUMN_WEIGHTS, DIFFERENT, HOLDS, Job, ROWS, ROW_TOTALS, ROW_WEIGHTS, RowSet, SAME, TILE, TILE_ROW,
  rowsIn,
} from '../layout';
import { excludes, ownColumn, pairKinds } from '../pairs';
import { exp2, horizontalSum, matters } from './vector';

// Backward, equation 5: the distance tile becomes G in place, but for the factor -1/T.

const KEYS: usize = <usize>ROWS << 2;
/** Powers of two that the weights of one tile may span and still share one exponential a pair. */
const SPAN: f32 = 86;
const LARGEST: f32 = 126;

/** 2^t, 0 for t too small to matter, and never infinite: a weight of 0 must still give 0. */
// @ts-ignore: decorator
@inline
function power(t: v128): v128 {
  return v128.and(exp2(f32x4.min(t, f32x4.splat(LARGEST))), matters(t));
}

/** weight * 2^((reference - shared) scale) of one block, 0 where the weight is 0. */
function sharedWeights(weights: usize, stride: usize, shared: f32, scale: f32, out: usize): void {
  const s = f32x4.splat(shared), k = f32x4.splat(scale), zero = f32x4.splat(0);
  for (let c: usize = 0; c < KEYS; c += 16) {
    const w = v128.load(weights + c);
    const e = power(f32x4.mul(f32x4.sub(v128.load(weights + stride + c), s), k));
    v128.store(out + c, f32x4.mul(w, v128.and(e, f32x4.ne(w, zero))));
  }
}

/** Fills `out`[0] for different-class and `out`[1] for same-class pairs: the latter add b to a. */
function blockWeights(set: RowSet, block: i32, kinds: i32, shared: f32, scale: f32, out: usize): void {
  if (set.weights == 0) {
    memory.fill(out, 0, KEYS * 2);
    return;
  }
  const at = set.weights + (<usize>(block * ROWS) << 2), stride = <usize>set.padded << 2;
  sharedWeights(at, stride, shared, scale, out);
  if (kinds & SAME) {
    sharedWeights(at + stride * 2, stride, shared, scale, out + KEYS);
    for (let c: usize = 0; c < KEYS; c += 16) {
      v128.store(out + c, f32x4.add(v128.load(out + c), v128.load(out + c, KEYS)), KEYS);
    }
  }
}

// @ts-ignore: decorator
@inline
function sharedReference(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, kinds: i32, MASKED: bool, shared: f32, scratch: usize): void {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  const columnBytes = <usize>((columnCount + 3) & ~3) << 2;
  const rowLabels = rows.labels + (<usize>(I * ROWS) << 2), columnLabels = columns.labels + (<usize>(J * ROWS) << 2);
  const reference = f32x4.splat(shared), k = f32x4.splat(job.scale), last = i32x4.splat(columnCount);
  const largest = f32x4.splat(LARGEST);
  const pick = !MASKED && kinds == SAME ? KEYS : 0;
  const columnWeights = scratch + COLUMN_WEIGHTS + pick, columnTotals = scratch + COLUMN_TOTALS;
  blockWeights(rows, I, kinds, shared, job.scale, scratch + ROW_WEIGHTS);
  blockWeights(columns, J, kinds, shared, job.scale, scratch + COLUMN_WEIGHTS);
  for (let i = 0; i < rowCount; i++) {
    const at = scratch + TILE + <usize>i * TILE_ROW, row = <usize>i << 2;
    const u = v128.load32_splat(scratch + ROW_WEIGHTS + pick + row);
    let total = f32x4.splat(0);
    let us = u, own = last, label = last, j = last;
    if (MASKED) {
      us = v128.load32_splat(scratch + ROW_WEIGHTS + KEYS + row);
      own = i32x4.splat(ownColumn(job, I, J, i, diagonal));
      label = v128.load32_splat(rowLabels + row);
      j = i32x4(0, 1, 2, 3);
    }
    for (let c: usize = 0; c < columnBytes; c += 16) {
      const t = f32x4.mul(f32x4.sub(reference, v128.load(at + c)), k);
      let w = f32x4.add(u, v128.load(columnWeights + c)), m = matters(t);
      if (MASKED) {
        const ws = f32x4.add(us, v128.load(columnWeights + c, KEYS));
        w = v128.bitselect(ws, w, i32x4.eq(label, v128.load(columnLabels + c)));
        m = v128.andnot(v128.and(m, i32x4.lt_s(j, last)), i32x4.eq(j, own));
        j = i32x4.add(j, i32x4.splat(4));
      }
      const g = v128.and(f32x4.mul(exp2(f32x4.min(t, largest)), w), m);
      v128.store(at + c, g);
      total = f32x4.add(total, g);
      v128.store(columnTotals + c, f32x4.add(v128.load(columnTotals + c), g));
    }
    f32.store(scratch + ROW_TOTALS + row, horizontalSum(total));
  }
}

/** Weight `w` times 2^((reference - d) scale) in the lanes of `counts`. */
// @ts-ignore: decorator
@inline
function term(w: v128, reference: v128, d: v128, k: v128, counts: v128): v128 {
  const t = f32x4.mul(f32x4.sub(reference, d), k), m = v128.and(matters(t), counts);
  if (!v128.any_true(m)) return f32x4.splat(0);
  return f32x4.mul(v128.and(exp2(f32x4.min(t, f32x4.splat(LARGEST))), m), w);
}

/** One exponential for each weight of each pair. Returns how many entries of G are not 0. */
function ownReferences(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, kinds: i32, scratch: usize): i32 {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  const columnBytes = <usize>((columnCount + 3) & ~3) << 2;
  const rowLabels = rows.labels + (<usize>(I * ROWS) << 2), columnLabels = columns.labels + (<usize>(J * ROWS) << 2);
  const rowWeights = rows.weights + (<usize>(I * ROWS) << 2), rowStride = <usize>rows.padded << 2;
  const columnWeights = columns.weights + (<usize>(J * ROWS) << 2), columnStride = <usize>columns.padded << 2;
  const k = f32x4.splat(job.scale), last = i32x4.splat(columnCount), zero = f32x4.splat(0);
  const columnTotals = scratch + COLUMN_TOTALS;
  let nonzero = zero;
  for (let i = 0; i < rowCount; i++) {
    const at = scratch + TILE + <usize>i * TILE_ROW, row = rowWeights + (<usize>i << 2);
    const own = i32x4.splat(ownColumn(job, I, J, i, diagonal)), label = v128.load32_splat(rowLabels + (<usize>i << 2));
    const a = v128.load32_splat(row), ar = v128.load32_splat(row + rowStride);
    const b = v128.load32_splat(row + rowStride * 2), br = v128.load32_splat(row + rowStride * 3);
    let total = zero, j = i32x4(0, 1, 2, 3);
    for (let c: usize = 0; c < columnBytes; c += 16) {
      const d = v128.load(at + c), from = columnWeights + c;
      const counts = v128.andnot(i32x4.lt_s(j, last), i32x4.eq(j, own));
      let g = term(a, ar, d, k, counts);
      if (columns.weights) g = f32x4.add(g, term(v128.load(from), v128.load(from + columnStride), d, k, counts));
      if (kinds & SAME) {
        const same = v128.and(counts, i32x4.eq(label, v128.load(columnLabels + c)));
        g = f32x4.add(g, term(b, br, d, k, same));
        if (columns.weights) {
          g = f32x4.add(g, term(v128.load(from + columnStride * 2), v128.load(from + columnStride * 3), d, k, same));
        }
      }
      v128.store(at + c, g);
      total = f32x4.add(total, g);
      v128.store(columnTotals + c, f32x4.add(v128.load(columnTotals + c), g));
      nonzero = i32x4.sub(nonzero, f32x4.ne(g, zero));
      j = i32x4.add(j, i32x4.splat(4));
    }
    f32.store(scratch + ROW_TOTALS + (<usize>i << 2), horizontalSum(total));
  }
  return i32x4.extract_lane(nonzero, 0) + i32x4.extract_lane(nonzero, 1) + i32x4.extract_lane(nonzero, 2) + i32x4.extract_lane(nonzero, 3);
}

/** Turns the distance tile in `scratch` into G, with ROW_TOTALS, COLUMN_TOTALS and HOLDS. */
export function weigh(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, scratch: usize): void {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J), kinds = pairKinds(rows, I, columns, J);
  memory.fill(scratch + COLUMN_TOTALS, 0, KEYS);
  const r = rows.ranges + (<usize>I << 4), c = columns.ranges + (<usize>J << 4);
  let least = min(f32.load(r), f32.load(c)), greatest = max(f32.load(r, 4), f32.load(c, 4));
  if (kinds & SAME) {
    least = min(least, min(f32.load(r, 8), f32.load(c, 8)));
    greatest = max(greatest, max(f32.load(r, 12), f32.load(c, 12)));
  }
  let nonzero = ROWS * ROWS;
  if ((greatest - least) * job.scale > SPAN) {
    nonzero = ownReferences(job, rows, I, columns, J, diagonal, kinds, scratch);
  } else if (greatest < least) {
    // No weight anywhere in the tile.
    memory.fill(scratch + ROW_TOTALS, 0, KEYS);
    nonzero = 0;
  } else if (kinds == (DIFFERENT | SAME) || (columnCount & 3) != 0 || excludes(job, rowCount, I, J, diagonal)) {
    sharedReference(job, rows, I, columns, J, diagonal, kinds, true, greatest, scratch);
  } else {
    sharedReference(job, rows, I, columns, J, diagonal, kinds, false, greatest, scratch);
  }
  store<i32>(scratch + HOLDS, nonzero);
}
