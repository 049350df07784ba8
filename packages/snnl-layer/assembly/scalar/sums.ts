import {
  COLUMN_STATS, DIFFERENT, HOLDS, Job, KIND_STRIDE, ROWS, ROW_STATS, RowSet, SAME, TILE, TILE_ROW, rowsIn,
} from '../layout';
import { ownColumn } from '../pairs';
import { power } from './power';

const KEYS: usize = <usize>ROWS << 2;

/** Adds a distance to one running sum: least distance, sum, weighted sum. */
// @ts-ignore: decorator
@inline
function add(at: usize, d: f32, scale: f32): void {
  const least = load<f32>(at);
  if (d < least) {
    const shrink = power((d - least) * scale);
    store<f32>(at, d);
    store<f32>(at + KEYS, load<f32>(at + KEYS) * shrink + 1);
    store<f32>(at + KEYS * 2, load<f32>(at + KEYS * 2) * shrink + d);
  } else {
    const e = power((least - d) * scale);
    store<f32>(at + KEYS, load<f32>(at + KEYS) + e);
    store<f32>(at + KEYS * 2, load<f32>(at + KEYS * 2) + e * d);
  }
}

function clear(stats: usize): void {
  for (let c: usize = 0; c < KEYS; c += 4) store<f32>(stats + c, <f32>Infinity);
  memory.fill(stats + KEYS, 0, KEYS * 2);
}

/** See simd/sums.ts. Every row and column has its own reference. */
export function sums(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, scratch: usize): void {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  const rowLabels = rows.labels + (<usize>(I * ROWS) << 2), columnLabels = columns.labels + (<usize>(J * ROWS) << 2);
  clear(scratch + ROW_STATS);
  clear(scratch + ROW_STATS + KIND_STRIDE);
  clear(scratch + COLUMN_STATS);
  clear(scratch + COLUMN_STATS + KIND_STRIDE);
  for (let i = 0; i < rowCount; i++) {
    const own = ownColumn(job, I, J, i, diagonal), label = load<i32>(rowLabels + (<usize>i << 2));
    const tile = scratch + TILE + <usize>i * TILE_ROW;
    for (let j = 0; j < columnCount; j++) {
      if (j == own) continue;
      const c = <usize>j << 2, d = load<f32>(tile + c);
      const kind = load<i32>(columnLabels + c) == label ? KIND_STRIDE : 0;
      add(scratch + ROW_STATS + kind + (<usize>i << 2), d, job.scale);
      add(scratch + COLUMN_STATS + kind + c, d, job.scale);
    }
  }
  store<i32>(scratch + HOLDS, DIFFERENT | SAME);
}

/** See simd/sums.ts. */
export function mergeSums(stats: usize, sums: usize, padded: i32, count: i32, scale: f32): void {
  const stride = <usize>padded << 2;
  for (let c: usize = 0, end = <usize>count << 2; c < end; c += 4) {
    const at = sums + c, from = stats + c;
    const r0 = load<f32>(at), r1 = load<f32>(from), r = min(r0, r1);
    const f0 = power((r - r0) * scale), f1 = power((r - r1) * scale);
    store<f32>(at, r);
    store<f32>(at + stride, load<f32>(at + stride) * f0 + load<f32>(from + KEYS) * f1);
    store<f32>(at + stride * 2, load<f32>(at + stride * 2) * f0 + load<f32>(from + KEYS * 2) * f1);
  }
}
