import {
  COLUMN_TOTALS, COLUMN_WEIGHTS, DIFFERENT, EXTREMES, HOLDS, Job, ROWS, ROW_TOTALS, ROW_WEIGHTS, RowSet, SAME, TILE,
  TILE_ROW, rowsIn,
} from '../layout';
import { excludes, ownColumn, pairKinds } from '../pairs';
import { constant, fraction, horizontalMax, horizontalMin, horizontalSum, power, shifted } from './vector';
import { WIDE } from './wide-sums';

// Backward, equation 5: the distance tile becomes G in place, but for the factor -1/T.
//
// One exponential a pair serves the weights of its row and its column: 2^t with t = (base - d) scale,
// where base is the least distance of the tile, is kept as an integer n and 2^(t - n), and each weight
// a exp(-A) as an integer m and a number. Their product has the exponent n + m.

const KEYS: usize = <usize>ROWS << 2;
/** Products below 2^-48 of the largest upstream gradient become exactly 0. */
const KEPT: i32 = 49;
/** No product is larger than 2^64; none of sums that belong to these features is larger than 1. */
const LARGEST_POWER: f32 = 64;
const LARGEST: i32 = KEPT + 64;
/** 2^(KEPT - 127), which `product` multiplies by and src/wasm/backward.ts takes into account. */
const LOWERING: f32 = 3.308722450212111e-24;
/** 1.5 * 2^23 as an integer: what n and m have on top when they come out of `shifted`. */
const MAGIC_BITS: i32 = 0x4b400000;
/** Powers of two that a tile must span before most of G can be 0. */
const SPARSE: f32 = 60;
/** Exponent of a weight of 0: adding n to it stays negative. */
const NOTHING: i32 = i32.MIN_VALUE;

/** Exponent of a reference distance, with KEPT on top. */
// @ts-ignore: decorator
@inline
function exponentOf(y: v128, magic: v128): v128 {
  return i32x4.add(shifted(y, magic), i32x4.splat(KEPT - 2 * MAGIC_BITS));
}

// @ts-ignore: decorator
@inline
function clamped(y: v128): v128 {
  return f32x4.max(f32x4.min(y, f32x4.splat(WIDE)), f32x4.splat(-WIDE));
}

/**
 * Weights of the rows of a block relative to `base`, to `out`: number and exponent for pairs of
 * different classes, then for pairs of the same class, where the weight of B adds to that of A.
 */
function blockWeights(set: RowSet, block: i32, base: f32, scale: f32, out: usize): void {
  const at = set.weights + (<usize>(block * ROWS) << 2), stride = <usize>set.padded << 2;
  const magic = constant(0), c1 = constant(1), c2 = constant(2), c3 = constant(3), c4 = constant(4), c5 = constant(5), c6 = constant(6);
  const from = f32x4.splat(base), k = f32x4.splat(scale), zero = f32x4.splat(0), nothing = i32x4.splat(NOTHING);
  for (let c: usize = 0; c < KEYS; c += 16) {
    let number = zero, exponent = nothing, other = zero, otherExponent = nothing;
    if (set.weights) {
      const a = v128.load(at + c), ya = clamped(f32x4.mul(f32x4.sub(v128.load(at + stride + c), from), k));
      number = f32x4.mul(a, fraction(ya, shifted(ya, magic), magic, c1, c2, c3, c4, c5, c6));
      exponent = v128.bitselect(exponentOf(ya, magic), nothing, f32x4.ne(a, zero));
      const b = v128.load(at + stride * 2 + c), yb = clamped(f32x4.mul(f32x4.sub(v128.load(at + stride * 3 + c), from), k));
      other = f32x4.mul(b, fraction(yb, shifted(yb, magic), magic, c1, c2, c3, c4, c5, c6));
      otherExponent = v128.bitselect(exponentOf(yb, magic), nothing, f32x4.ne(b, zero));
    }
    const most = i32x4.max_s(exponent, otherExponent);
    v128.store(out + c, number);
    v128.store(out + c, exponent, KEYS);
    v128.store(out + c, f32x4.add(f32x4.mul(number, lowered(exponent, most)), f32x4.mul(other, lowered(otherExponent, most))), KEYS * 2);
    v128.store(out + c, most, KEYS * 3);
  }
}

/** 2^(exponent - most), for exponents of at most `most`. */
// @ts-ignore: decorator
@inline
function lowered(exponent: v128, most: v128): v128 {
  return scaleOf(i32x4.add(i32x4.max_s(i32x4.sub(exponent, most), i32x4.splat(-127)), i32x4.splat(127)));
}

/** 2^(exponent - 127), or 0 where the exponent is not positive. */
// @ts-ignore: decorator
@inline
function scaleOf(exponent: v128): v128 {
  return i32x4.shl(i32x4.max_s(exponent, i32x4.splat(0)), 23);
}

// @ts-ignore: decorator
@inline
function product(number: v128, exponent: v128, n: v128): v128 {
  return f32x4.mul(number, scaleOf(i32x4.min_s(i32x4.add(n, exponent), i32x4.splat(LARGEST))));
}

// @ts-ignore: decorator
@inline
function sharedExponential(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, kinds: i32, MASKED: bool, least: f32, scratch: usize): void {
  const magic = constant(0), c1 = constant(1), c2 = constant(2), c3 = constant(3), c4 = constant(4), c5 = constant(5), c6 = constant(6);
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  const columnBytes = <usize>((columnCount + 3) & ~3) << 2;
  const rowLabels = rows.labels + (<usize>(I * ROWS) << 2), columnLabels = columns.labels + (<usize>(J * ROWS) << 2);
  const base = f32x4.splat(least), k = f32x4.splat(job.scale), last = i32x4.splat(columnCount);
  const pick = !MASKED && kinds == SAME ? KEYS * 2 : 0, columnTotals = scratch + COLUMN_TOTALS;
  blockWeights(rows, I, least, job.scale, scratch + ROW_WEIGHTS);
  blockWeights(columns, J, least, job.scale, scratch + COLUMN_WEIGHTS);
  for (let i = 0; i < rowCount; i++) {
    const at = scratch + TILE + <usize>i * TILE_ROW, row = scratch + ROW_WEIGHTS + pick + (<usize>i << 2);
    let from = scratch + COLUMN_WEIGHTS + pick, total = f32x4.splat(0), j = i32x4(0, 1, 2, 3);
    const u = v128.load32_splat(row), m = v128.load32_splat(row, KEYS);
    for (let c: usize = 0; c < columnBytes; c += 16, from += 16) {
      const t = f32x4.mul(f32x4.sub(base, v128.load(at + c)), k), n = shifted(t, magic);
      const p = fraction(t, n, magic, c1, c2, c3, c4, c5, c6);
      let g: v128;
      if (MASKED) {
        const same = i32x4.eq(v128.load32_splat(rowLabels + (<usize>i << 2)), v128.load(columnLabels + c));
        const own = i32x4.splat(ownColumn(job, I, J, i, diagonal));
        const w = product(v128.bitselect(v128.load32_splat(row, KEYS * 2), u, same), v128.bitselect(v128.load32_splat(row, KEYS * 3), m, same), n);
        const x = product(
          v128.bitselect(v128.load(from, KEYS * 2), v128.load(from), same),
          v128.bitselect(v128.load(from, KEYS * 3), v128.load(from, KEYS), same), n,
        );
        g = v128.and(f32x4.mul(f32x4.add(w, x), p), v128.andnot(i32x4.lt_s(j, last), i32x4.eq(j, own)));
        j = i32x4.add(j, i32x4.splat(4));
      } else {
        g = f32x4.mul(f32x4.add(product(u, m, n), product(v128.load(from), v128.load(from, KEYS), n)), p);
      }
      v128.store(at + c, g);
      total = f32x4.add(total, g);
      v128.store(columnTotals + c, f32x4.add(v128.load(columnTotals + c), g));
    }
    f32.store(scratch + ROW_TOTALS + (<usize>i << 2), horizontalSum(total));
  }
}

/** Weight `w` times 2^((reference - d) scale) in the lanes of `counts`. */
// @ts-ignore: decorator
@inline
function term(w: v128, reference: v128, d: v128, k: v128, counts: v128): v128 {
  const t = f32x4.min(f32x4.mul(f32x4.sub(reference, d), k), f32x4.splat(LARGEST_POWER));
  return f32x4.mul(f32x4.mul(w, f32x4.splat(LOWERING)), v128.and(power(t), counts));
}

/** One exponential for each weight of each pair: temperatures near 0 only. */
function ownExponentials(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, kinds: i32, scratch: usize): void {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  const columnBytes = <usize>((columnCount + 3) & ~3) << 2;
  const rowLabels = rows.labels + (<usize>(I * ROWS) << 2), columnLabels = columns.labels + (<usize>(J * ROWS) << 2);
  const rowWeights = rows.weights + (<usize>(I * ROWS) << 2), rowStride = <usize>rows.padded << 2;
  const columnWeights = columns.weights + (<usize>(J * ROWS) << 2), columnStride = <usize>columns.padded << 2;
  const k = f32x4.splat(job.scale), last = i32x4.splat(columnCount);
  const columnTotals = scratch + COLUMN_TOTALS;
  for (let i = 0; i < rowCount; i++) {
    const at = scratch + TILE + <usize>i * TILE_ROW, row = rowWeights + (<usize>i << 2);
    const own = i32x4.splat(ownColumn(job, I, J, i, diagonal)), label = v128.load32_splat(rowLabels + (<usize>i << 2));
    const a = v128.load32_splat(row), ar = v128.load32_splat(row + rowStride);
    const b = v128.load32_splat(row + rowStride * 2), br = v128.load32_splat(row + rowStride * 3);
    let total = f32x4.splat(0), j = i32x4(0, 1, 2, 3);
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
      j = i32x4.add(j, i32x4.splat(4));
    }
    f32.store(scratch + ROW_TOTALS + (<usize>i << 2), horizontalSum(total));
  }
}

/** Turns the distance tile in `scratch` into G, with ROW_TOTALS, COLUMN_TOTALS and HOLDS. */
export function weigh(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, scratch: usize): void {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J), kinds = pairKinds(rows, I, columns, J);
  const least = horizontalMin(v128.load(scratch + EXTREMES)), greatest = horizontalMax(v128.load(scratch + EXTREMES, 16));
  memory.fill(scratch + COLUMN_TOTALS, 0, KEYS);
  const span = (greatest - least) * job.scale;
  if (span >= WIDE) {
    ownExponentials(job, rows, I, columns, J, diagonal, kinds, scratch);
  } else if (kinds == (DIFFERENT | SAME) || (columnCount & 3) != 0 || excludes(job, rowCount, I, J, diagonal)) {
    sharedExponential(job, rows, I, columns, J, diagonal, kinds, true, least, scratch);
  } else {
    sharedExponential(job, rows, I, columns, J, diagonal, kinds, false, least, scratch);
  }
  store<i32>(scratch + HOLDS, span > SPARSE ? 1 : 0);
}
