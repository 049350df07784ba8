import {
  COLUMN_TOTALS, COLUMN_WEIGHTS, DIFFERENT, EXTREMES, HOLDS, Job, ROWS, ROW_TOTALS, ROW_WEIGHTS, RowSet, SAME, TILE,
  TILE_ROW, rowsIn,
} from '../layout';
import { excludes, ownColumn, pairKinds } from '../pairs';
import {
  coarse, constant, fraction, horizontalMax, horizontalMin, horizontalSum, power, remainder, shifted,
} from './vector';
import { WIDE } from './wide-sums';

// Backward, equation 5: the distance tile becomes G in place, but for the factor -1/T.
//
// One exponential a pair serves the weights of its row and its column: 2^t with t = (base - d) scale,
// where base is the least distance of the tile, is kept as an integer n and 2^(t - n), and each weight
// a exp(-relative) 2^((nearest - base) scale) as an integer m and a number. Their product has the
// exponent n + m, which is not positive where the nearest distance is one of these.

const KEYS: usize = <usize>ROWS << 2;
/** Products below 2^-48 of the largest upstream gradient become exactly 0. */
const KEPT: i32 = 49;
/** 2^(127 - KEPT), which lifts weights to where `product` lowers them from. */
const LIFT: f32 = 302231454903657293676544.0;
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

/**
 * Weights of the rows of a block relative to `base`, to `out`: number and exponent for pairs of
 * different classes, then for pairs of the same class, where the weight of B adds to that of A.
 */
function blockWeights(job: Job, set: RowSet, block: i32, base: f32, out: usize): void {
  const at = set.weights + (<usize>(block * ROWS) << 2), stride = <usize>set.padded << 2;
  const from = f32x4.splat(base), k = f32x4.splat(job.scale), zero = f32x4.splat(0), nothing = i32x4.splat(NOTHING);
  const most = f32x4.splat(WIDE * job.halving);
  for (let c: usize = 0; c < KEYS; c += 16) {
    let number = zero, exponent = nothing, other = zero, otherExponent = nothing;
    if (set.weights) {
      const a = v128.load(at + c), b = v128.load(at + stride * 2 + c);
      const ofA = clamped(f32x4.sub(v128.load(at + stride + c), from), most);
      const ofB = clamped(f32x4.sub(v128.load(at + stride * 3 + c), from), most);
      number = f32x4.mul(a, numberOf(job, ofA, k));
      exponent = v128.bitselect(exponentOf(f32x4.mul(ofA, k), constant(0)), nothing, f32x4.ne(a, zero));
      other = f32x4.mul(b, numberOf(job, ofB, k));
      otherExponent = v128.bitselect(exponentOf(f32x4.mul(ofB, k), constant(0)), nothing, f32x4.ne(b, zero));
    }
    const greater = i32x4.max_s(exponent, otherExponent);
    v128.store(out + c, number);
    v128.store(out + c, exponent, KEYS);
    v128.store(out + c, f32x4.add(f32x4.mul(number, lowered(exponent, greater)), f32x4.mul(other, lowered(otherExponent, greater))), KEYS * 2);
    v128.store(out + c, greater, KEYS * 3);
  }
}

// @ts-ignore: decorator
@inline
function clamped(x: v128, most: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, most), f32x4.neg(most));
}

/** 2^(f + 127 - KEPT), for the fraction f of difference * scale. */
function numberOf(job: Job, difference: v128, k: v128): v128 {
  const magic = constant(0), s = shifted(f32x4.mul(difference, k), magic);
  const f = remainder(difference, s, magic, k, f32x4.splat(-job.halving), f32x4.splat(-job.halvingRest));
  return f32x4.mul(fraction(f, constant(1), constant(2), constant(3), constant(4), constant(5), constant(6)), f32x4.splat(LIFT));
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
  return f32x4.mul(number, scaleOf(i32x4.min_s(i32x4.add(n, exponent), i32x4.splat(KEPT))));
}

// @ts-ignore: decorator
@inline
function sharedExponential(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, kinds: i32, MASKED: bool, least: f32, scratch: usize): void {
  const magic = constant(0), c1 = constant(1), c2 = constant(2), c3 = constant(3), c4 = constant(4), c5 = constant(5), c6 = constant(6);
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  const columnBytes = <usize>((columnCount + 3) & ~3) << 2;
  const rowLabels = rows.labels + (<usize>(I * ROWS) << 2), columnLabels = columns.labels + (<usize>(J * ROWS) << 2);
  const base = f32x4.splat(least), k = f32x4.splat(job.scale), last = i32x4.splat(columnCount);
  const halving = f32x4.splat(-job.halving), rest = f32x4.splat(-job.halvingRest);
  const pick = !MASKED && kinds == SAME ? KEYS * 2 : 0, columnTotals = scratch + COLUMN_TOTALS;
  blockWeights(job, rows, I, least, scratch + ROW_WEIGHTS);
  blockWeights(job, columns, J, least, scratch + COLUMN_WEIGHTS);
  for (let i = 0; i < rowCount; i++) {
    const at = scratch + TILE + <usize>i * TILE_ROW, row = scratch + ROW_WEIGHTS + pick + (<usize>i << 2);
    let from = scratch + COLUMN_WEIGHTS + pick, total = f32x4.splat(0), j = i32x4(0, 1, 2, 3);
    const u = v128.load32_splat(row), m = v128.load32_splat(row, KEYS);
    for (let c: usize = 0; c < columnBytes; c += 16, from += 16) {
      const difference = f32x4.sub(base, v128.load(at + c)), n = shifted(f32x4.mul(difference, k), magic);
      const p = fraction(remainder(difference, n, magic, k, halving, rest), c1, c2, c3, c4, c5, c6);
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

/** Weight `w` times 2^((nearest - d) scale), no more than `w`, in the lanes of `counts`. */
// @ts-ignore: decorator
@inline
function term(w: v128, nearest: v128, d: v128, k: v128, counts: v128): v128 {
  const t = f32x4.pmin(f32x4.mul(f32x4.sub(nearest, d), k), f32x4.splat(0));
  return f32x4.mul(w, v128.and(power(t), counts));
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
  const greatest = horizontalMax(v128.load(scratch + EXTREMES, 16));
  const least = coarse(horizontalMin(v128.load(scratch + EXTREMES)), greatest);
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
