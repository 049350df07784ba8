import { COLUMN_STATS, COLUMN_TOTALS, DIFFERENT, HOLDS, Job, KIND_STRIDE, ROWS, ROW_STATS, ROW_TOTALS, RowSet, SAME, TILE, roundUp, rowsIn } from '../layout';
import { weigh } from './grad';
import { addProduct, addTransposedProduct, distances } from './product';
import { mergeSums, sums } from './sums';

export { mean, pack, unpackGradient } from './pack';

// @ts-ignore: decorator
@inline
function blockBytes(job: Job): usize {
  return (<usize>ROWS * <usize>job.featuresPadded) << 2;
}

/** Sums of one pair of blocks, left in `scratch` for mergePair. */
export function sumPair(job: Job, I: i32, columns: RowSet, J: i32, scratch: usize): void {
  const diagonal = columns == job.anchors && I == J;
  distances(job.anchors, I, columns, J, roundUp(job.features, 4), blockBytes(job), scratch);
  sums(job, job.anchors, I, columns, J, diagonal, scratch);
}

/** Adds what sumPair left to the sums of block I, and of block J where that holds anchors too. */
export function mergePair(job: Job, I: i32, columns: RowSet, J: i32, scratch: usize): void {
  mergeSide(job, ROW_STATS, I, scratch);
  if (columns == job.anchors && I != J) mergeSide(job, COLUMN_STATS, J, scratch);
}

function mergeSide(job: Job, stats: usize, block: i32, scratch: usize): void {
  const holds = load<i32>(scratch + HOLDS), padded = job.anchors.padded, count = rowsIn(job.anchors, block);
  const at = job.sums + (<usize>(block * ROWS) << 2), kind = <usize>padded * 12;
  if (holds & DIFFERENT) mergeSums(scratch + stats, at, padded, count, job.scale);
  if (holds & SAME) mergeSums(scratch + stats + KIND_STRIDE, at + kind, padded, count, job.scale);
}

/** G of one pair of blocks, left in `scratch` for applyPair. */
export function weighPair(job: Job, I: i32, columns: RowSet, J: i32, scratch: usize): void {
  const diagonal = columns == job.anchors && I == J;
  distances(job.anchors, I, columns, J, roundUp(job.features, 4), blockBytes(job), scratch);
  weigh(job, job.anchors, I, columns, J, diagonal, scratch);
}

/** Adds G z to block I, and G^T x to block J where that holds anchors too. */
export function applyPair(job: Job, I: i32, columns: RowSet, J: i32, scratch: usize): void {
  if (load<i32>(scratch + HOLDS) == 0) return;
  const bytes = blockBytes(job), rows = job.anchors, rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  const i = <usize>I * bytes, j = <usize>J * bytes, tile = scratch + TILE;
  addProduct(tile, rowCount, columns.panels + j, columnCount, job.features, job.product + i);
  addTotals(scratch + ROW_TOTALS, rowCount, job.rowSums + (<usize>(I * ROWS) << 2));
  if (columns == rows && I != J) {
    addTransposedProduct(tile, rowCount, rows.panels + i, columnCount, job.features, job.product + j);
    addTotals(scratch + COLUMN_TOTALS, columnCount, job.rowSums + (<usize>(J * ROWS) << 2));
  }
}

function addTotals(totals: usize, count: i32, out: usize): void {
  for (let r = 0; r < count; r++, totals += 4, out += 4) store<f32>(out, load<f32>(out) + load<f32>(totals));
}
