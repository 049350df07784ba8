import { Job, PANEL, RowSet } from './layout';

/** 2^125: distances of rows with less are below 2^127, which leaves room for one beyond them all. */
export const LARGEST_NORM: f32 = 4.253529586511731e37;

/** Where the squared norm of row r of a block, padded place `at`, is too large or NaN: zeroes the row, marks it bad. */
export function zeroIfBad(job: Job, set: RowSet, at: usize, panels: usize, columns: usize, r: i32): void {
  const n = load<f32>(set.norms + (at << 2));
  if (n < LARGEST_NORM) return;
  store<i32>(set.bad + (at << 2), 1);
  store<f32>(set.norms + (at << 2), 0);
  for (let f: usize = 0; f < <usize>job.featuresPadded; f++) {
    if (panels) store<f32>(panels + (f >> 3) * PANEL + (<usize>r << 5) + ((f & 7) << 2), 0);
    if (columns) store<f32>(columns + ((<usize>(r >> 3) * <usize>job.featuresPadded + f) << 5) + (<usize>(r & 7) << 2), 0);
  }
}
