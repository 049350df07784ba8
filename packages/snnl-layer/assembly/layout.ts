// Memory layout of the kernels. src/operation/wasm/layout.ts numbers its words, as a test makes sure, and
// place.ts beside that fills them.
//
// A set (the anchors, or the candidates that are not anchors) is cut into blocks of at most ROWS
// rows. Every per-row array is padded to ROWS entries a block, so row r of block b sits at
// b * ROWS + r. Rows are sorted by class, so that most pairs of blocks share no class at all.

/** Rows a block can hold: a multiple of both sides of the 4 x 8 register tile. */
export const ROWS: i32 = 80;
/** Bytes of one row of a distance tile [ROWS, ROWS] f32. */
export const TILE_ROW: usize = 320;
/** Bytes of one panel [ROWS, 8] f32: eight features of every row of a block. */
export const PANEL: usize = 2560;
/** Features that are added up on their own: the rounding of longer sums would grow with D. */
export const SEGMENT: i32 = 512;

// @ts-ignore: decorator
@unmanaged
export class RowSet {
  /** Rows in the set. */
  count: i32;
  /** Rows in each block but the last. */
  blockSize: i32;
  /** f32 [*, D]: features as the caller gave them. */
  raw: usize;
  /** i32 [rows]: row of `raw` that stands at each sorted position. */
  order: usize;
  /** f32 [blocks][D/8][ROWS][8], centred: rows of G z (backward only). */
  panels: usize;
  /** f32 [blocks][ROWS/8][D][8], centred: rows and columns of distance tiles. */
  columns: usize;
  /** f32 [rows]: centred squared norms. */
  norms: usize;
  /** i32 [rows]: class. */
  labels: usize;
  /** f32 [4][rows]: a exp(-relativeAll), nearestAll, b exp(-relativeSame), nearestSame; 0 where all are 0. */
  weights: usize;
  /** i32 [rows]: 1 where a feature is not finite or the squared norm is too large, see bad.ts. */
  bad: usize;
  /** Length in floats of a per-row array: blocks * ROWS. */
  padded: i32;
  /** f32 [2][3][rows]: nearest distance, sum, distance-weighted sum; different class, then same; or 0. */
  sums: usize;
}

// @ts-ignore: decorator
@unmanaged
export class Job {
  /** Features, and features rounded up to a multiple of 8. */
  features: i32;
  featuresPadded: i32;
  anchors: RowSet;
  others: RowSet;
  /** f32 [D]: what is subtracted from every row, see src/operation/wasm/place.ts. */
  center: usize;
  /** i32 [rows]: padded position among the others of the anchor's own sample, -1 if none; or 0. */
  excluded: usize;
  /** f32 [blocks][D/8][ROWS][8]: G z (backward only). */
  product: usize;
  /** f32 [rows]: sum_j G_ij (backward only). */
  rowSums: usize;
  /** f32 [N, D], in the caller's order (backward only). */
  gradient: usize;
  /** i32 [rows]: row of `gradient` of each sorted anchor. */
  gradientOrder: usize;
  /** log2(e) / T: a distance times this is a power of two. */
  scale: f32;
  /** 1 / scale, the distance over which a power halves: its first 10 bits, and the rest. */
  halving: f32;
  halvingRest: f32;
  /** Factor of the finished gradient. */
  gradientScale: f32;
  /** [pairs of anchor blocks][KEPT_BYTES]: distance tiles with their extremes; or 0. */
  tiles: usize;
  /** 1 if the tiles are there, as the forward kernel left them; else distances are formed, and kept there. */
  known: i32;
}

/** Blocks the set is cut into. */
// @ts-ignore: decorator
@inline
export function rowsIn(set: RowSet, block: i32): i32 {
  return min(set.blockSize, set.count - block * set.blockSize);
}

// Scratch memory of one thread, in bytes from its start.
export const TILE: usize = 0;
/** Second tile: same-class distances of a block pair that holds both kinds. */
export const TILE2: usize = 25600;
/** f32 [2][3][ROWS]: tile sums of the rows (different class, then same), see RowSet.sums. */
export const ROW_STATS: usize = 51200;
/** The same of the columns. */
export const COLUMN_STATS: usize = 53120;
/** [4][ROWS] each: see blockWeights in simd/grad.ts. */
export const ROW_WEIGHTS: usize = 51200;
export const COLUMN_WEIGHTS: usize = 52480;
/** f32 [ROWS]: sums of G over rows and columns. */
export const ROW_TOTALS: usize = 53760;
export const COLUMN_TOTALS: usize = 54080;
/** f32 [4] least, f32 [4] greatest distance of the tile. */
export const EXTREMES: usize = 55040;
/** i32: what the tile holds: DIFFERENT | SAME, or for the gradient whether G may be mostly 0. */
export const HOLDS: usize = 55072;
/** f32: the distance that all sums of the tile are relative to; NaN if each is to its own nearest. */
export const REFERENCE: usize = 55076;
/** i32 [ROWS]: exponents of the columns' references, see simd/wide-sums.ts. */
export const COLUMN_EXPONENTS: usize = 55296;
export const SCRATCH_BYTES: i32 = 57344;
/** A tile and its extremes, kept for the gradient. */
export const KEPT_BYTES: usize = 25664;

export const DIFFERENT: i32 = 1;
export const SAME: i32 = 2;
/** Bytes from the sums of different-class pairs to those of same-class pairs in scratch. */
export const KIND_STRIDE: usize = 960;
