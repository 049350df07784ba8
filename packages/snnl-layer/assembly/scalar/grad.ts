import {
  COLUMN_TOTALS, DIFFERENT, HOLDS, Job, ROWS, ROW_TOTALS, RowSet, TILE, TILE_ROW, rowsIn,
} from '../layout';
import { ownColumn } from '../pairs';
import { power } from './power';

/** Weight times 2^((nearest - d) scale), no more than the weight: `stride` bytes on from it is the nearest. */
// @ts-ignore: decorator
@inline
function term(at: usize, stride: usize, d: f32, scale: f32): f32 {
  const weight = load<f32>(at);
  return weight == 0 ? 0 : weight * power(min((load<f32>(at + stride) - d) * scale, 0));
}

/** See simd/grad.ts. One exponential for each weight of each pair. */
export function weigh(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, scratch: usize): void {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J), scale = job.scale;
  const rowLabels = rows.labels + (<usize>(I * ROWS) << 2), columnLabels = columns.labels + (<usize>(J * ROWS) << 2);
  const rowWeights = rows.weights + (<usize>(I * ROWS) << 2), rowStride = <usize>rows.padded << 2;
  const columnWeights = columns.weights + (<usize>(J * ROWS) << 2), columnStride = <usize>columns.padded << 2;
  const weighted = columns.weights != 0;
  memory.fill(scratch + COLUMN_TOTALS, 0, ROWS << 2);
  for (let i = 0; i < rowCount; i++) {
    const own = ownColumn(job, I, J, i, diagonal), label = load<i32>(rowLabels + (<usize>i << 2));
    const row = rowWeights + (<usize>i << 2), tile = scratch + TILE + <usize>i * TILE_ROW;
    let total: f32 = 0;
    for (let j = 0; j < columnCount; j++) {
      const c = <usize>j << 2, d = load<f32>(tile + c);
      let g: f32 = 0;
      if (j != own) {
        g = term(row, rowStride, d, scale);
        if (weighted) g += term(columnWeights + c, columnStride, d, scale);
        if (load<i32>(columnLabels + c) == label) {
          g += term(row + rowStride * 2, rowStride, d, scale);
          if (weighted) g += term(columnWeights + columnStride * 2 + c, columnStride, d, scale);
        }
      }
      store<f32>(tile + c, g);
      total += g;
      store<f32>(scratch + COLUMN_TOTALS + c, load<f32>(scratch + COLUMN_TOTALS + c) + g);
    }
    store<f32>(scratch + ROW_TOTALS + (<usize>i << 2), total);
  }
  store<i32>(scratch + HOLDS, DIFFERENT);
}
