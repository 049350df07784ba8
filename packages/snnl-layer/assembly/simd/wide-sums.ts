import { COLUMN_EXPONENTS, Job, ROWS, RowSet, TILE, TILE2, TILE_ROW, rowsIn } from '../layout';
import { ownColumn } from '../pairs';
import { leastDistances } from './least';
import { constant, fraction, horizontalSum, power, remainder, shifted } from './vector';

// Sums of a tile whose distances lie so far apart that each row and each column needs a reference of
// its own, its least distance. One exponential a pair still does: 2^t with t = (least of the tile - d)
// scale is kept as an integer n and 2^(t - n), so that going over to the reference of a row or column
// is a subtraction of integers.

const KEYS: usize = <usize>ROWS << 2;
const INFINITE: f32 = <f32>Infinity;

/** Powers of two that a tile may span: 2^14, for n times the 10 bits of `halving` to be exact. */
export const WIDE: f32 = 16384;

/** Terms less than 2^-40 of the largest in their row or column become exactly 0. */
const KEPT: i32 = 41;
/** 2^64: keeps what an exponent of 1 to KEPT makes of it clear of slow denormal numbers. */
const LIFT: f32 = 18446744073709551616.0;
/** What a term of exponent KEPT must be multiplied by: 2^(127 - KEPT - 64). */
const UNLIFT: f32 = 4194304;

/** KEPT less the exponent of the reference, to be added to that of a term. */
// @ts-ignore: decorator
@inline
function exponents(references: v128, base: v128, k: v128, magic: v128): v128 {
  return i32x4.sub(i32x4.splat(KEPT), shifted(f32x4.mul(f32x4.sub(base, references), k), magic));
}

/** 2^exponent, or 0 where it is not positive. */
// @ts-ignore: decorator
@inline
function scaleOf(exponent: v128): v128 {
  return i32x4.shl(i32x4.max_s(exponent, i32x4.splat(0)), 23);
}

/** Brings sums from the integer exponent of their reference to the reference itself. */
function finish(stats: usize, base: v128, k: v128, halving: v128, rest: v128, beyond: v128): void {
  const magic = constant(0), infinite = f32x4.splat(INFINITE);
  for (let c: usize = 0; c < KEYS; c += 16) {
    const r = v128.load(stats + c), some = f32x4.lt(r, beyond), difference = f32x4.sub(base, r);
    const f = remainder(difference, shifted(f32x4.mul(difference, k), magic), magic, k, halving, rest);
    const back = v128.and(f32x4.mul(power(f32x4.neg(f)), f32x4.splat(UNLIFT)), some);
    v128.store(stats + c, v128.bitselect(r, infinite, some));
    v128.store(stats + c, f32x4.mul(v128.load(stats + c, KEYS), back), KEYS);
    v128.store(stats + c, f32x4.mul(v128.load(stats + c, KEYS * 2), back), KEYS * 2);
  }
}

/** Sums of one kind of pairs; distances from `beyond` on do not count. */
export function wideSums(tile: usize, job: Job, rowCount: i32, columnBytes: usize, least: f32, beyond: f32, scratch: usize, rowStats: usize, columnStats: usize): void {
  leastDistances(tile, rowCount, columnBytes, rowStats, columnStats);
  const lift = f32x4.splat(LIFT);
  const c0 = constant(0), c1 = f32x4.mul(constant(1), lift), c2 = f32x4.mul(constant(2), lift), c3 = f32x4.mul(constant(3), lift);
  const c4 = f32x4.mul(constant(4), lift), c5 = f32x4.mul(constant(5), lift), c6 = f32x4.mul(constant(6), lift);
  const base = f32x4.splat(least), k = f32x4.splat(job.scale), halving = f32x4.splat(-job.halving), rest = f32x4.splat(-job.halvingRest);
  for (let c: usize = 0; c < columnBytes; c += 16) {
    v128.store(scratch + c, exponents(v128.load(columnStats + c), base, k, c0), COLUMN_EXPONENTS);
  }
  memory.fill(columnStats + KEYS, 0, KEYS * 2);
  for (let i = 0, at = rowStats; i < rowCount; i++, tile += TILE_ROW, at += 4) {
    const rowExponent = exponents(v128.load32_splat(at), base, k, c0);
    let sum = f32x4.splat(0), weighted = sum;
    for (let c: usize = 0; c < columnBytes; c += 16) {
      const d = v128.load(tile + c), difference = f32x4.sub(base, d), n = shifted(f32x4.mul(difference, k), c0);
      const p = fraction(remainder(difference, n, c0, k, halving, rest), c1, c2, c3, c4, c5, c6);
      let e = f32x4.mul(p, scaleOf(i32x4.add(n, rowExponent)));
      sum = f32x4.add(sum, e);
      weighted = f32x4.add(weighted, f32x4.mul(e, d));
      e = f32x4.mul(p, scaleOf(i32x4.add(n, v128.load(scratch + c, COLUMN_EXPONENTS))));
      v128.store(columnStats + c, f32x4.add(v128.load(columnStats + c, KEYS), e), KEYS);
      v128.store(columnStats + c, f32x4.add(v128.load(columnStats + c, KEYS * 2), f32x4.mul(e, d)), KEYS * 2);
    }
    f32.store(at, horizontalSum(sum), KEYS);
    f32.store(at, horizontalSum(weighted), KEYS * 2);
  }
  finish(rowStats, base, k, halving, rest, f32x4.splat(beyond));
  finish(columnStats, base, k, halving, rest, f32x4.splat(beyond));
}

/** The same for tiles that span even more: two exponentials a pair. Temperatures near 0 only. */
export function widestSums(tile: usize, rowCount: i32, columnBytes: usize, beyond: f32, scale: f32, rowStats: usize, columnStats: usize): void {
  leastDistances(tile, rowCount, columnBytes, rowStats, columnStats);
  const k = f32x4.splat(scale), zero = f32x4.splat(0), infinite = f32x4.splat(INFINITE), most = f32x4.splat(beyond);
  memory.fill(columnStats + KEYS, 0, KEYS * 2);
  for (let i = 0; i < rowCount; i++, tile += TILE_ROW, rowStats += 4) {
    const reference = v128.load32_splat(rowStats);
    let sum = zero, weighted = zero;
    for (let c: usize = 0; c < columnBytes; c += 16) {
      const d = v128.load(tile + c), counts = f32x4.lt(d, most);
      let e = v128.and(power(f32x4.mul(f32x4.sub(reference, d), k)), counts);
      sum = f32x4.add(sum, e);
      weighted = f32x4.add(weighted, f32x4.mul(e, d));
      e = v128.and(power(f32x4.mul(f32x4.sub(v128.load(columnStats + c), d), k)), counts);
      v128.store(columnStats + c, f32x4.add(v128.load(columnStats + c, KEYS), e), KEYS);
      v128.store(columnStats + c, f32x4.add(v128.load(columnStats + c, KEYS * 2), f32x4.mul(e, d)), KEYS * 2);
    }
    const s = horizontalSum(sum);
    if (s == 0) f32.store(rowStats, INFINITE);
    f32.store(rowStats, s, KEYS);
    f32.store(rowStats, horizontalSum(weighted), KEYS * 2);
  }
  for (let c: usize = 0; c < columnBytes; c += 16) {
    const some = f32x4.gt(v128.load(columnStats + c, KEYS), zero);
    v128.store(columnStats + c, v128.bitselect(v128.load(columnStats + c), infinite, some));
  }
}

/**
 * Splits a tile by kind: different-class distances stay, same-class ones go to TILE2, with `beyond`
 * for pairs of the other kind or none.
 */
export function splitKinds(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, beyond: f32, scratch: usize): void {
  const rowCount = rowsIn(rows, I), last = i32x4.splat(rowsIn(columns, J)), most = f32x4.splat(beyond);
  const columnBytes = <usize>((rowsIn(columns, J) + 3) & ~3) << 2;
  const rowLabels = rows.labels + (<usize>(I * ROWS) << 2), columnLabels = columns.labels + (<usize>(J * ROWS) << 2);
  for (let i = 0; i < rowCount; i++) {
    const own = i32x4.splat(ownColumn(job, I, J, i, diagonal)), label = v128.load32_splat(rowLabels + (<usize>i << 2));
    let at = scratch + <usize>i * TILE_ROW, j = i32x4(0, 1, 2, 3);
    for (let c: usize = 0; c < columnBytes; c += 16, at += 16) {
      const d = v128.load(at, TILE), counts = v128.andnot(i32x4.lt_s(j, last), i32x4.eq(j, own));
      const equal = i32x4.eq(label, v128.load(columnLabels + c));
      v128.store(at, v128.bitselect(d, most, v128.andnot(counts, equal)), TILE);
      v128.store(at, v128.bitselect(d, most, v128.and(counts, equal)), TILE2);
      j = i32x4.add(j, i32x4.splat(4));
    }
  }
}
