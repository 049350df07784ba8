import {
  COLUMN_STATS, COLUMN_TOTALS, DIFFERENT, EXTREMES, HOLDS, Job, KEPT_BYTES, KIND_STRIDE, REFERENCE, ROWS, ROW_STATS,
  ROW_TOTALS, RowSet, SAME, TILE, TILE2, rowsIn,
} from './layout';
import { refine } from './near';
import * as scalar from './scalar';
import * as simd from './simd';

// The two sets of kernels have the same functions; only the one that is called is compiled.

/** Sums over `count` rows of `features` floats, as f64 to `out`. */
export function totals(raw: usize, count: i32, features: i32, out: usize): void {
  if (ASC_FEATURE_SIMD) simd.totals(raw, count, features, out);
  else scalar.totals(raw, count, features, out);
}

/**
 * Copies block `block` of a set into its panels and columns, centred (equation 8), with squared
 * norms. A row that is not finite becomes 0 and is marked bad. Also clears the block's gradient.
 */
export function pack(job: Job, set: RowSet, block: i32): void {
  if (job.product != 0 && set == job.anchors) {
    memory.fill(job.product + <usize>block * blockBytes(job), 0, blockBytes(job));
    memory.fill(job.rowSums + (<usize>(block * ROWS) << 2), 0, ROWS << 2);
  }
  if (ASC_FEATURE_SIMD) simd.pack(job, set, block);
  else scalar.pack(job, set, block);
}

/** Writes block `block` of the gradient in the caller's order. */
export function unpackGradient(job: Job, block: i32): void {
  if (ASC_FEATURE_SIMD) simd.unpackGradient(job, block);
  else scalar.unpackGradient(job, block);
}

// @ts-ignore: decorator
@inline
function blockBytes(job: Job): usize {
  return (<usize>ROWS * <usize>job.featuresPadded) << 2;
}

/** Sums of one pair of blocks, left in `scratch` for mergePair. */
export function sumPair(job: Job, I: i32, columns: RowSet, J: i32, scratch: usize): void {
  const diagonal = columns == job.anchors && I == J;
  distances(job, I, columns, J, diagonal, scratch);
  if (ASC_FEATURE_SIMD) simd.sums(job, job.anchors, I, columns, J, diagonal, scratch);
  else scalar.sums(job, job.anchors, I, columns, J, diagonal, scratch);
}

/** Adds what sumPair left to the sums of block I, and of block J where its rows have sums too. */
export function mergePair(job: Job, I: i32, columns: RowSet, J: i32, scratch: usize): void {
  mergeSide(job, job.anchors, I, ROW_STATS, scratch);
  if (columns.sums != 0 && (columns != job.anchors || I != J)) mergeSide(job, columns, J, COLUMN_STATS, scratch);
}

function mergeSide(job: Job, set: RowSet, block: i32, stats: usize, scratch: usize): void {
  const holds = load<i32>(scratch + HOLDS), padded = set.padded, count = rowsIn(set, block);
  const at = set.sums + (<usize>(block * ROWS) << 2), kind = <usize>padded * 12, reference = load<f32>(scratch + REFERENCE);
  if (holds & DIFFERENT) mergeSums(scratch + stats, at, padded, count, job.scale, reference);
  if (holds & SAME) mergeSums(scratch + stats + KIND_STRIDE, at + kind, padded, count, job.scale, reference);
}

function mergeSums(stats: usize, sums: usize, padded: i32, count: i32, scale: f32, reference: f32): void {
  if (ASC_FEATURE_SIMD) simd.mergeSums(stats, sums, padded, count, scale, reference);
  else scalar.mergeSums(stats, sums, padded, count, scale);
}

/** G of one pair of blocks, left in `scratch` for applyPair. */
export function weighPair(job: Job, I: i32, columns: RowSet, J: i32, scratch: usize): void {
  const diagonal = columns == job.anchors && I == J;
  distances(job, I, columns, J, diagonal, scratch);
  if (ASC_FEATURE_SIMD) simd.weigh(job, job.anchors, I, columns, J, diagonal, scratch);
  else scalar.weigh(job, job.anchors, I, columns, J, diagonal, scratch);
}

/** Adds G z to block I, and G^T x to block J where that holds anchors too. */
export function applyPair(job: Job, I: i32, columns: RowSet, J: i32, scratch: usize): void {
  const bytes = blockBytes(job), rows = job.anchors, rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  const both = columns == rows && I != J, g = scratch + TILE, features = job.features;
  const x = rows.panels + <usize>I * bytes, z = columns.panels + <usize>J * bytes;
  const outI = job.product + <usize>I * bytes, outJ = both ? job.product + <usize>J * bytes : <usize>0;
  addTotals(scratch + ROW_TOTALS, rowCount, job.rowSums + (<usize>(I * ROWS) << 2));
  if (both) addTotals(scratch + COLUMN_TOTALS, columnCount, job.rowSums + (<usize>(J * ROWS) << 2));
  if (ASC_FEATURE_SIMD) {
    const limit = rowCount * columnCount / 8;
    if (load<i32>(scratch + HOLDS) && simd.nonzeros(g, rowCount, columnCount, limit) <= limit) {
      simd.addSparseProducts(g, rowCount, columnCount, features, x, z, outI, outJ);
    } else {
      simd.addProduct(g, rowCount, z, columnCount, features, outI);
      if (both) simd.addTransposedProduct(g, rowCount, x, columnCount, features, outJ);
    }
  } else {
    scalar.addProduct(g, rowCount, z, columnCount, features, outI);
    if (both) scalar.addTransposedProduct(g, rowCount, x, columnCount, features, outJ);
  }
}

function distances(job: Job, I: i32, columns: RowSet, J: i32, diagonal: bool, scratch: usize): void {
  const bytes = blockBytes(job), kept = job.tiles != 0 && columns == job.anchors ? keptTile(job, I, J) : 0;
  if (kept != 0 && job.known) {
    memory.copy(scratch + TILE, kept, TILE2);
    memory.copy(scratch + EXTREMES, kept + TILE2, 32);
    return;
  }
  if (ASC_FEATURE_SIMD) simd.distances(job.anchors, I, columns, J, diagonal, job.features, bytes, scratch);
  else scalar.distances(job.anchors, I, columns, J, diagonal, job.features, bytes, scratch);
  refine(job, I, columns, J, diagonal, scratch);
  if (kept == 0) return;
  memory.copy(kept, scratch + TILE, TILE2);
  memory.copy(kept + TILE2, scratch + EXTREMES, 32);
}

/** Where the tile of a pair of anchor blocks is kept; both passes work a pair off the same way round. */
function keptTile(job: Job, I: i32, J: i32): usize {
  const anchors = job.anchors, blocks = (anchors.count + anchors.blockSize - 1) / anchors.blockSize;
  const low = min(I, J), pair = low * (2 * blocks - low - 1) / 2 + max(I, J);
  return job.tiles + <usize>pair * KEPT_BYTES;
}

function addTotals(totals: usize, count: i32, out: usize): void {
  for (let r = 0; r < count; r++, totals += 4, out += 4) store<f32>(out, load<f32>(out) + load<f32>(totals));
}

/** out = x / |x| for `count` rows: 0 for a row of zeros, NaN for one that is not finite. */
export function unitRows(x: usize, count: i32, features: i32, out: usize): void {
  const row = <usize>features << 2;
  for (let r = 0; r < count; r++, x += row, out += row) {
    if (ASC_FEATURE_SIMD) simd.unitRow(x, features, out);
    else scalar.unitRow(x, features, out);
  }
}

/** out = (dy - u (u . dy)) / |x| with u = x / |x|, for `count` rows. */
export function unitRowsGrad(x: usize, dy: usize, count: i32, features: i32, out: usize): void {
  const row = <usize>features << 2;
  for (let r = 0; r < count; r++, x += row, dy += row, out += row) {
    if (ASC_FEATURE_SIMD) simd.unitRowGrad(x, dy, features, out);
    else scalar.unitRowGrad(x, dy, features, out);
  }
}
