import {
  COLUMN_STATS, DIFFERENT, EXTREMES, HOLDS, Job, KIND_STRIDE, REFERENCE, ROWS, ROW_STATS, RowSet, SAME, TILE, TILE2, rowsIn,
} from '../layout';
import { excludes, pairKinds } from '../pairs';
import { NARROW, narrowMixedSums, narrowSums } from './narrow-sums';
import { coarse, horizontalMax, horizontalMin, multiplyAdd, power } from './vector';
import { WIDE, splitKinds, wideSums, widestSums } from './wide-sums';

// Forward, equations 1 and 2. A tile gives, for each row and each column, the nearest distance, the
// sum of 2^((reference - d) scale), and that sum weighted by d; the reference is the nearest distance
// or, where distances lie close together, one of the tile. They are kept apart for pairs of different
// and of the same class: either can be negligible beside the other.

const KEYS: usize = <usize>ROWS << 2;
/** How far beyond every distance, in powers of two, pairs are put that do not count. */
const MARGIN: f32 = 256;
/** Two steps of a float32, for distances so large that the margin would be rounded away. */
const TWO_STEPS: f32 = 2.384185791015625e-7;

/** Sums of the distance tile in `scratch`, to ROW_STATS, COLUMN_STATS and HOLDS. */
export function sums(job: Job, rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, scratch: usize): void {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J), scale = job.scale;
  const greatest = horizontalMax(v128.load(scratch + EXTREMES, 16));
  const least = coarse(horizontalMin(v128.load(scratch + EXTREMES)), greatest);
  const span = (greatest - least) * scale, kinds = pairKinds(rows, I, columns, J);
  const pure = kinds != (DIFFERENT | SAME) && (columnCount & 3) == 0 && !excludes(job, rowCount, I, J, diagonal);
  let holds = kinds, reference: f32 = NaN;
  if (span <= NARROW) {
    reference = least;
    if (pure) {
      const kind = kinds == SAME ? KIND_STRIDE : 0;
      narrowSums(scratch + TILE, rowCount, columnCount, least, scale, scratch + ROW_STATS + kind, scratch + COLUMN_STATS + kind);
    } else {
      narrowMixedSums(job, rows, I, columns, J, diagonal, least, scratch);
      holds = DIFFERENT | SAME;
    }
  } else if (pure) {
    sumKind(scratch + TILE, job, rowCount, columnCount, least, <f32>Infinity, span, scratch, kinds == SAME ? KIND_STRIDE : 0);
  } else {
    const beyond = min(greatest + max(MARGIN / scale, greatest * TWO_STEPS), f32.MAX_VALUE);
    splitKinds(job, rows, I, columns, J, diagonal, beyond, scratch);
    if (kinds & DIFFERENT) sumKind(scratch + TILE, job, rowCount, columnCount, least, beyond, span, scratch, 0);
    if (kinds & SAME) sumKind(scratch + TILE2, job, rowCount, columnCount, least, beyond, span, scratch, KIND_STRIDE);
  }
  store<i32>(scratch + HOLDS, holds);
  store<f32>(scratch + REFERENCE, reference);
}

function sumKind(tile: usize, job: Job, rowCount: i32, columnCount: i32, least: f32, beyond: f32, span: f32, scratch: usize, kind: usize): void {
  const rowStats = scratch + ROW_STATS + kind, columnStats = scratch + COLUMN_STATS + kind;
  const columnBytes = <usize>((columnCount + 3) & ~3) << 2;
  if (span < WIDE) wideSums(tile, job, rowCount, columnBytes, least, beyond, scratch, rowStats, columnStats);
  else widestSums(tile, rowCount, columnBytes, beyond, job.scale, rowStats, columnStats);
}

/** Adds the sums of one side of a tile to those of its block (`count` rows, RowSet.sums layout). */
export function mergeSums(stats: usize, sums: usize, padded: i32, count: i32, scale: f32, reference: f32): void {
  const stride = <usize>padded << 2, k = f32x4.splat(scale), shared = f32x4.splat(reference), own = f32x4.ne(shared, shared);
  for (let c: usize = 0, end = <usize>count << 2; c < end; c += 16) {
    const at = sums + c, from = stats + c;
    const r0 = v128.load(at), r1 = v128.load(from), r = f32x4.pmin(r0, r1);
    const f0 = power(f32x4.mul(f32x4.sub(r, r0), k));
    const f1 = power(f32x4.mul(f32x4.sub(r, v128.bitselect(r1, shared, own)), k));
    v128.store(at, r);
    v128.store(at + stride, multiplyAdd(v128.load(at + stride), f0, f32x4.mul(v128.load(from, KEYS), f1)));
    v128.store(at + stride * 2, multiplyAdd(v128.load(at + stride * 2), f0, f32x4.mul(v128.load(from, KEYS * 2), f1)));
  }
}
