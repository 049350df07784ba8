import { COLUMN_STATS, Job, KIND_STRIDE, ROWS, ROW_STATS, RowSet, TILE, TILE_ROW, rowsIn } from '../layout';
import { ownColumn } from '../pairs';
import { leastDistances } from './least';
import { constant, exp2, horizontalMin, horizontalSum } from './vector';

// Sums of a tile whose distances lie so close together that its least distance can be the reference
// of every row and column: one exponential a pair.

const KEYS: usize = <usize>ROWS << 2;
const INFINITE: f32 = <f32>Infinity;

/** Powers of two that one reference may span: 2^-86 keeps full precision. */
export const NARROW: f32 = 86;

// @ts-ignore: decorator
@inline
function addTo(at: usize, x: v128): void {
  v128.store(at, f32x4.add(v128.load(at), x));
}

// @ts-ignore: decorator
@inline
function lower(at: usize, x: v128): void {
  v128.store(at, f32x4.pmin(v128.load(at), x));
}

// @ts-ignore: decorator
@inline
function storeRow(stats: usize, nearest: v128, sum: v128, weighted: v128): void {
  f32.store(stats, horizontalMin(nearest));
  f32.store(stats, horizontalSum(sum), KEYS);
  f32.store(stats, horizontalSum(weighted), KEYS * 2);
}

function clearColumns(stats: usize): void {
  for (let c: usize = 0; c < KEYS; c += 16) v128.store(stats + c, f32x4.splat(INFINITE));
  memory.fill(stats + KEYS, 0, KEYS * 2);
}

/** All pairs are of one kind, and none is left out; `columnCount` is a multiple of 4. */
export function narrowSums(tile: usize, rowCount: i32, columnCount: i32, least: f32, scale: f32, rowStats: usize, columnStats: usize): void {
  const c0 = constant(0), c1 = constant(1), c2 = constant(2), c3 = constant(3), c4 = constant(4), c5 = constant(5), c6 = constant(6);
  const reference = f32x4.splat(least), k = f32x4.splat(scale), columnBytes = <usize>columnCount << 2;
  leastDistances(tile, rowCount, columnBytes, rowStats, columnStats);
  memory.fill(columnStats + KEYS, 0, KEYS * 2);
  for (let i = 0; i < rowCount; i++, tile += TILE_ROW, rowStats += 4) {
    let sum = f32x4.splat(0), weighted = sum;
    for (let c: usize = 0; c < columnBytes; c += 16) {
      const d = v128.load(tile + c);
      const e = exp2(f32x4.mul(f32x4.sub(reference, d), k), c0, c1, c2, c3, c4, c5, c6), w = f32x4.mul(e, d);
      sum = f32x4.add(sum, e);
      weighted = f32x4.add(weighted, w);
      addTo(columnStats + KEYS + c, e);
      addTo(columnStats + KEYS * 2 + c, w);
    }
    f32.store(rowStats, horizontalSum(sum), KEYS);
    f32.store(rowStats, horizontalSum(weighted), KEYS * 2);
  }
}

/** Pairs of both kinds, or some that are left out. Rows are sorted: most vectors have only one kind. */
export function narrowMixedSums(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, least: f32, scratch: usize): void {
  const c0 = constant(0), c1 = constant(1), c2 = constant(2), c3 = constant(3), c4 = constant(4), c5 = constant(5), c6 = constant(6);
  const reference = f32x4.splat(least), k = f32x4.splat(job.scale), zero = f32x4.splat(0), infinite = f32x4.splat(INFINITE);
  const rowCount = rowsIn(rows, I), last = i32x4.splat(rowsIn(columns, J));
  const columnBytes = <usize>((rowsIn(columns, J) + 3) & ~3) << 2;
  const rowLabels = rows.labels + (<usize>(I * ROWS) << 2), columnLabels = columns.labels + (<usize>(J * ROWS) << 2);
  const different = scratch + COLUMN_STATS, same = different + KIND_STRIDE;
  clearColumns(different);
  clearColumns(same);
  for (let i = 0; i < rowCount; i++) {
    const own = i32x4.splat(ownColumn(job, I, J, i, diagonal)), label = v128.load32_splat(rowLabels + (<usize>i << 2));
    const tile = scratch + TILE + <usize>i * TILE_ROW, stats = scratch + ROW_STATS + (<usize>i << 2);
    let sumD = zero, weightedD = zero, sumS = zero, weightedS = zero, nearestD = infinite, nearestS = infinite;
    let j = i32x4(0, 1, 2, 3);
    for (let c: usize = 0; c < columnBytes; c += 16) {
      const d = v128.load(tile + c), counts = v128.andnot(i32x4.lt_s(j, last), i32x4.eq(j, own));
      const equal = i32x4.eq(label, v128.load(columnLabels + c));
      const isS = v128.and(counts, equal), isD = v128.andnot(counts, equal);
      const e = exp2(f32x4.mul(f32x4.sub(reference, d), k), c0, c1, c2, c3, c4, c5, c6), w = f32x4.mul(e, d);
      if (v128.any_true(isD)) {
        const dD = v128.bitselect(d, infinite, isD), eD = v128.and(e, isD), wD = v128.and(w, isD);
        nearestD = f32x4.pmin(nearestD, dD); sumD = f32x4.add(sumD, eD); weightedD = f32x4.add(weightedD, wD);
        lower(different + c, dD); addTo(different + KEYS + c, eD); addTo(different + KEYS * 2 + c, wD);
      }
      if (v128.any_true(isS)) {
        const dS = v128.bitselect(d, infinite, isS), eS = v128.and(e, isS), wS = v128.and(w, isS);
        nearestS = f32x4.pmin(nearestS, dS); sumS = f32x4.add(sumS, eS); weightedS = f32x4.add(weightedS, wS);
        lower(same + c, dS); addTo(same + KEYS + c, eS); addTo(same + KEYS * 2 + c, wS);
      }
      j = i32x4.add(j, i32x4.splat(4));
    }
    storeRow(stats, nearestD, sumD, weightedD);
    storeRow(stats + KIND_STRIDE, nearestS, sumS, weightedS);
  }
}
