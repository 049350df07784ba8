import { EXTREMES, PANEL, RowSet, ROWS, SEGMENT, TILE, TILE_ROW, rowsIn } from '../layout';
import { horizontalMax, horizontalMin, horizontalSum, multiplyAdd } from './vector';

// One 4 x 8 register tile serves all three products: eight accumulators, two vectors and four splatted
// scalars, which engines load ahead of the arithmetic, fill 14 of the 16 registers of x64. A larger
// tile spills accumulators, and an accumulator that goes through memory in every step is slower. Where
// scalars lie must be known to the compiler, to become offsets of the load instructions; AssemblyScript
// has no constant generics, so a number type stands for each layout.

/** Rows are columns of another block; the product becomes squared distances in the distance tile. */
type Distances = i32;
/** The same rows; the product is added to the distance tile. */
type Products = i64;
/** Rows of G; the product is added to panels. */
type RowProduct = f32;
/** Columns of G; the product is added to panels. */
type ColumnProduct = f64;

/** Bytes from the scalar of one row to that of the next. */
// @ts-ignore: decorator
@inline
function scalarRow<T>(): usize { return sizeof<T>() == 4 && isFloat<T>() ? TILE_ROW : 4; }
/** Bytes from the scalar of one k to that of the next. */
// @ts-ignore: decorator
@inline
function scalarStep<T>(): usize { return isInteger<T>() ? 32 : sizeof<T>() == 4 ? 4 : TILE_ROW; }

// @ts-ignore: decorator
@inline
function addTo(out: usize, p: v128): void {
  v128.store(out, f32x4.add(v128.load(out), p));
}

/**
 * sum_k s(r, k) v(k, c) for 4 rows r and 8 columns c, over `depth` values of k. Distances: `more` says
 * that the tile holds the sum over earlier k.
 */
function tile4x8<T>(s: usize, v: usize, depth: i32, out: usize, rowNorms: usize, columnNorms: usize, extremes: usize, more: bool): void {
  const zero = f32x4.splat(0);
  let p0 = zero, q0 = zero, p1 = zero, q1 = zero, p2 = zero, q2 = zero, p3 = zero, q3 = zero;
  for (let end = v + (<usize>depth << 5); v < end; s += scalarStep<T>(), v += 32) {
    const x = v128.load(v), y = v128.load(v, 16);
    const a0 = v128.load32_splat(s, scalarRow<T>() * 0);
    const a1 = v128.load32_splat(s, scalarRow<T>() * 1);
    const a2 = v128.load32_splat(s, scalarRow<T>() * 2);
    const a3 = v128.load32_splat(s, scalarRow<T>() * 3);
    p0 = multiplyAdd(a0, x, p0); q0 = multiplyAdd(a0, y, q0);
    p1 = multiplyAdd(a1, x, p1); q1 = multiplyAdd(a1, y, q1);
    p2 = multiplyAdd(a2, x, p2); q2 = multiplyAdd(a2, y, q2);
    p3 = multiplyAdd(a3, x, p3); q3 = multiplyAdd(a3, y, q3);
  }
  if (isInteger<T>() && sizeof<T>() == 8) {
    addTo(out, p0); addTo(out + 16, q0);
    addTo(out + TILE_ROW, p1); addTo(out + TILE_ROW + 16, q1);
    addTo(out + TILE_ROW * 2, p2); addTo(out + TILE_ROW * 2 + 16, q2);
    addTo(out + TILE_ROW * 3, p3); addTo(out + TILE_ROW * 3 + 16, q3);
  } else if (isInteger<T>()) {
    if (more) {
      p0 = f32x4.add(v128.load(out), p0); q0 = f32x4.add(v128.load(out, 16), q0);
      p1 = f32x4.add(v128.load(out, TILE_ROW), p1); q1 = f32x4.add(v128.load(out, TILE_ROW + 16), q1);
      p2 = f32x4.add(v128.load(out, TILE_ROW * 2), p2); q2 = f32x4.add(v128.load(out, TILE_ROW * 2 + 16), q2);
      p3 = f32x4.add(v128.load(out, TILE_ROW * 3), p3); q3 = f32x4.add(v128.load(out, TILE_ROW * 3 + 16), q3);
    }
    const n0 = v128.load(columnNorms), n1 = v128.load(columnNorms, 16);
    let least = v128.load(extremes), greatest = v128.load(extremes, 16);
    let n: v128;
    n = v128.load32_splat(rowNorms, 0);
    p0 = f32x4.pmax(f32x4.sub(f32x4.add(n, n0), f32x4.add(p0, p0)), zero);
    q0 = f32x4.pmax(f32x4.sub(f32x4.add(n, n1), f32x4.add(q0, q0)), zero);
    v128.store(out, p0, TILE_ROW * 0); v128.store(out, q0, TILE_ROW * 0 + 16);
    least = f32x4.pmin(least, f32x4.pmin(p0, q0)); greatest = f32x4.pmax(greatest, f32x4.pmax(p0, q0));
    n = v128.load32_splat(rowNorms, 4);
    p1 = f32x4.pmax(f32x4.sub(f32x4.add(n, n0), f32x4.add(p1, p1)), zero);
    q1 = f32x4.pmax(f32x4.sub(f32x4.add(n, n1), f32x4.add(q1, q1)), zero);
    v128.store(out, p1, TILE_ROW * 1); v128.store(out, q1, TILE_ROW * 1 + 16);
    least = f32x4.pmin(least, f32x4.pmin(p1, q1)); greatest = f32x4.pmax(greatest, f32x4.pmax(p1, q1));
    n = v128.load32_splat(rowNorms, 8);
    p2 = f32x4.pmax(f32x4.sub(f32x4.add(n, n0), f32x4.add(p2, p2)), zero);
    q2 = f32x4.pmax(f32x4.sub(f32x4.add(n, n1), f32x4.add(q2, q2)), zero);
    v128.store(out, p2, TILE_ROW * 2); v128.store(out, q2, TILE_ROW * 2 + 16);
    least = f32x4.pmin(least, f32x4.pmin(p2, q2)); greatest = f32x4.pmax(greatest, f32x4.pmax(p2, q2));
    n = v128.load32_splat(rowNorms, 12);
    p3 = f32x4.pmax(f32x4.sub(f32x4.add(n, n0), f32x4.add(p3, p3)), zero);
    q3 = f32x4.pmax(f32x4.sub(f32x4.add(n, n1), f32x4.add(q3, q3)), zero);
    v128.store(out, p3, TILE_ROW * 3); v128.store(out, q3, TILE_ROW * 3 + 16);
    least = f32x4.pmin(least, f32x4.pmin(p3, q3)); greatest = f32x4.pmax(greatest, f32x4.pmax(p3, q3));
    v128.store(extremes, least); v128.store(extremes, greatest, 16);
  } else {
    addTo(out, p0); addTo(out + 16, q0); addTo(out + 32, p1); addTo(out + 48, q1);
    addTo(out + 64, p2); addTo(out + 80, q2); addTo(out + 96, p3); addTo(out + 112, q3);
  }
}

/**
 * Squared distances of block I of `rows` and block J of `columns` into the tile at `scratch`
 * (equation 8), with their least and greatest. Norms go through the same sums as products, so equal
 * points are at distance exactly 0. `diagonal`: the blocks are the same, and half of them will do.
 */
export function distances(rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, features: i32, stride: usize, scratch: usize): void {
  const rowCount = rowsIn(rows, I);
  v128.store(scratch + EXTREMES, f32x4.splat(f32.MAX_VALUE));
  v128.store(scratch + EXTREMES, f32x4.splat(0), 16);
  if (features > SEGMENT) memory.fill(scratch + TILE, 0, <usize>ROWS * TILE_ROW);
  let from = 0;
  for (; features - from > SEGMENT; from += SEGMENT) {
    segment<Products>(rows, I, columns, J, diagonal, from, SEGMENT, stride, scratch);
  }
  segment<Distances>(rows, I, columns, J, diagonal, from, features - from, stride, scratch);
  if (diagonal) mirror(scratch + TILE, rowCount);
}

/** The register tiles of two blocks, over `depth` features from `from` on. */
// @ts-ignore: decorator
@inline
function segment<T>(rows: RowSet, I: i32, columns: RowSet, J: i32, diagonal: bool, from: i32, depth: i32, stride: usize, scratch: usize): void {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J), panel = stride / (<usize>ROWS / 8);
  const a = rows.columns + <usize>I * stride + (<usize>from << 5), b = columns.columns + <usize>J * stride + (<usize>from << 5);
  const rowNorms = rows.norms + (<usize>(I * ROWS) << 2), columnNorms = columns.norms + (<usize>(J * ROWS) << 2);
  for (let j = 0; j < columnCount; j += 8) {
    const column = b + <usize>(j >> 3) * panel, end = diagonal ? min(rowCount, j + 8) : rowCount;
    for (let i = 0; i < end; i += 4) {
      tile4x8<T>(
        a + <usize>(i >> 3) * panel + (<usize>(i & 4) << 2), column, depth,
        scratch + TILE + <usize>i * TILE_ROW + (<usize>j << 2),
        rowNorms + (<usize>i << 2), columnNorms + (<usize>j << 2), scratch + EXTREMES, from > 0,
      );
    }
  }
}

export function largest(norms: usize): f32 {
  let most = v128.load(norms);
  for (let c: usize = 16; c < <usize>ROWS << 2; c += 16) most = f32x4.pmax(most, v128.load(norms + c));
  return horizontalMax(most);
}

/** Least distance of the tile. */
export function leastDistance(scratch: usize): f32 {
  return horizontalMin(v128.load(scratch + EXTREMES));
}

/** Looks for the least and greatest distance again. */
export function findExtremes(scratch: usize, rowCount: i32, columnCount: i32): void {
  let least = f32x4.splat(f32.MAX_VALUE), greatest = f32x4.splat(0), tile = scratch + TILE;
  const bytes = <usize>((columnCount + 3) & ~3) << 2;
  for (let i = 0; i < rowCount; i++, tile += TILE_ROW) {
    for (let c: usize = 0; c < bytes; c += 16) {
      const d = v128.load(tile + c);
      least = f32x4.pmin(least, d); greatest = f32x4.pmax(greatest, d);
    }
  }
  v128.store(scratch + EXTREMES, least); v128.store(scratch + EXTREMES, greatest, 16);
}

/** |x - z|^2 of two rows as given, with as short sums as elsewhere. */
export function between(x: usize, z: usize, features: i32): f32 {
  let sum = f32x4.splat(0), part = sum, f = 0;
  for (; f + 4 <= features; f += 4, x += 16, z += 16) {
    if (f % (4 * SEGMENT) == 0) {
      sum = f32x4.add(sum, part);
      part = f32x4.splat(0);
    }
    const d = f32x4.sub(v128.load(x), v128.load(z));
    part = multiplyAdd(d, d, part);
  }
  let total = horizontalSum(f32x4.add(sum, part));
  for (; f < features; f++, x += 4, z += 4) {
    const d = load<f32>(x) - load<f32>(z);
    total += d * d;
  }
  return total;
}

/** Copies what lies above the diagonal below it, where no register tile has been. */
function mirror(tile: usize, count: i32): void {
  for (let i: usize = 8; i < <usize>count; i++) {
    for (let j: usize = 0; j < (i & ~7); j++) {
      store<f32>(tile + i * TILE_ROW + (j << 2), load<f32>(tile + j * TILE_ROW + (i << 2)));
    }
  }
}

/** out_I += G z_J, for the tile G at `g`. */
export function addProduct(g: usize, rowCount: i32, z: usize, columnCount: i32, features: i32, out: usize): void {
  for (let d = 0; d < features; d += 8, z += PANEL, out += PANEL) {
    for (let i = 0; i < rowCount; i += 4) {
      tile4x8<RowProduct>(g + <usize>i * TILE_ROW, z, columnCount, out + (<usize>i << 5), 0, 0, 0, false);
    }
  }
}

/** out_J += G^T x_I. */
export function addTransposedProduct(g: usize, rowCount: i32, x: usize, columnCount: i32, features: i32, out: usize): void {
  for (let d = 0; d < features; d += 8, x += PANEL, out += PANEL) {
    for (let j = 0; j < columnCount; j += 4) {
      tile4x8<ColumnProduct>(g + (<usize>j << 2), x, rowCount, out + (<usize>j << 5), 0, 0, 0, false);
    }
  }
}
