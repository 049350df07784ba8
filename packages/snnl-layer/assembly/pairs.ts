import { DIFFERENT, Job, ROWS, RowSet, SAME, rowsIn } from './layout';

/** Column of the tile that holds the sample of row i itself, or a number outside the tile. */
// @ts-ignore: decorator
@inline
export function ownColumn(job: Job, I: i32, J: i32, i: i32, diagonal: bool): i32 {
  if (diagonal) return i;
  if (job.excluded == 0) return -1;
  return load<i32>(job.excluded + (<usize>(I * ROWS + i) << 2)) - J * ROWS;
}

/** Whether some row of block I must leave out its own sample in block J. */
export function excludes(job: Job, rowCount: i32, I: i32, J: i32, diagonal: bool): bool {
  if (diagonal) return true;
  if (job.excluded == 0) return false;
  for (let i = 0; i < rowCount; i++) if (<u32>ownColumn(job, I, J, i, false) < <u32>ROWS) return true;
  return false;
}

/** Which kinds of pair blocks I and J may hold: their rows are sorted by class. */
export function pairKinds(rows: RowSet, I: i32, columns: RowSet, J: i32): i32 {
  const a = rows.labels + (<usize>(I * ROWS) << 2), b = columns.labels + (<usize>(J * ROWS) << 2);
  const a0 = load<i32>(a), a1 = load<i32>(a + (<usize>(rowsIn(rows, I) - 1) << 2));
  const b0 = load<i32>(b), b1 = load<i32>(b + (<usize>(rowsIn(columns, J) - 1) << 2));
  if (a1 < b0 || b1 < a0) return DIFFERENT;
  return a0 == a1 && b0 == b1 ? SAME : DIFFERENT | SAME;
}
