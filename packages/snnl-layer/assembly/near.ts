import { EXTREMES, Job, ROWS, RowSet, TILE, TILE_ROW, rowsIn } from './layout';
import * as scalar from './scalar';
import * as simd from './simd';

// |x|^2 + |z|^2 - 2 x.z loses the digits of a distance that is small beside the two squared norms, for
// instance within each of two groups that lie far from each other, and so from their mean. Such a
// distance is formed again, from the differences of the features as they were given. Whether depends
// on the pair and on T alone, so every kernel has the same bits for a pair.

/** Distances less than 2^-5 of |x|^2 + |z|^2 count as small. */
const NEAR: f32 = 0.03125;
/** Powers of two that |x|^2 + |z|^2 must be for its rounding to be felt in a weight. */
const FELT: f32 = 4096;

/** Forms the small distances of a tile again. */
export function refine(job: Job, I: i32, columns: RowSet, J: i32, diagonal: bool, scratch: usize): void {
  const rows = job.anchors, rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  const rowNorms = rows.norms + (<usize>(I * ROWS) << 2), columnNorms = columns.norms + (<usize>(J * ROWS) << 2);
  const most = largest(rowNorms) + largest(columnNorms);
  if (!(most * job.scale > FELT)) return;
  if (ASC_FEATURE_SIMD) {
    if (simd.leastDistance(scratch) >= most * NEAR) return;
  }
  let found = false;
  for (let i = 0; i < rowCount; i++) {
    const n = load<f32>(rowNorms + (<usize>i << 2)), x = sample(job, rows, I * ROWS + i);
    const tile = scratch + TILE + <usize>i * TILE_ROW;
    for (let j = diagonal ? i + 1 : 0; j < columnCount; j++) {
      const norms = n + load<f32>(columnNorms + (<usize>j << 2)), at = tile + (<usize>j << 2);
      if (load<f32>(at) >= norms * NEAR || !(norms * job.scale > FELT)) continue;
      const z = sample(job, columns, J * ROWS + j);
      const d = ASC_FEATURE_SIMD ? simd.between(x, z, job.features) : scalar.between(x, z, job.features);
      store<f32>(at, d);
      if (diagonal) store<f32>(scratch + TILE + <usize>j * TILE_ROW + (<usize>i << 2), d);
      found = true;
    }
  }
  if (ASC_FEATURE_SIMD) {
    if (found) simd.findExtremes(scratch, rowCount, columnCount);
  }
}

/** Address of the features, as given, of the sample at padded place `at`. */
// @ts-ignore: decorator
@inline
function sample(job: Job, set: RowSet, at: i32): usize {
  return set.raw + (<usize>load<i32>(set.order + (<usize>at << 2)) * <usize>job.features << 2);
}

/** Largest squared norm of a block; places without a row have 0. */
function largest(norms: usize): f32 {
  if (ASC_FEATURE_SIMD) return simd.largest(norms);
  return scalar.largest(norms);
}
