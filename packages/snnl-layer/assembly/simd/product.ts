import { EXTREMES, PANEL, RowSet, ROWS, TILE, TILE_ROW, roundUp, rowsIn } from '../layout';
import { multiplyAdd } from './vector';

// One 5 x 8 register tile serves all three products. Ten accumulators, two vectors, one splatted
// scalar and one product fill 14 of the 16 registers of x64. Where its operands lie must be known to
// the compiler, to become offsets of the load instructions; AssemblyScript has no constant generics,
// so a number type stands for each layout.

/** Panels times columns; the product becomes squared distances and goes to the distance tile. */
type Distances = i32;
/** Rows of G times panels, added to panels. */
type RowProduct = f32;
/** Columns of G times panels, added to panels. */
type ColumnProduct = f64;

/** Bytes from the scalar of one row to that of the next. */
// @ts-ignore: decorator
@inline
function scalarRow<T>(): usize { return isInteger<T>() ? 16 : sizeof<T>() == 4 ? TILE_ROW : 4; }
/** Bytes from the scalar of one k to that of the next, and how far four k move on. */
// @ts-ignore: decorator
@inline
function scalarStep<T>(): usize { return isInteger<T>() || sizeof<T>() == 4 ? 4 : TILE_ROW; }
// @ts-ignore: decorator
@inline
function scalarNext<T>(): usize { return isInteger<T>() ? PANEL : sizeof<T>() == 4 ? 16 : TILE_ROW * 4; }
/** Bytes from the vectors of one k to those of the next, and from the first four columns to the last. */
// @ts-ignore: decorator
@inline
function vectorStep<T>(): usize { return isInteger<T>() ? 32 : 16; }
// @ts-ignore: decorator
@inline
function vectorHalf<T>(): usize { return isInteger<T>() ? 16 : PANEL; }

/** sum_k s(r, k) v(k, c) for 5 rows r and 8 columns c; `depth`, the number of k, is a multiple of 4. */
function tile5x8<T>(s: usize, v: usize, depth: i32, out: usize, rowNorms: usize, columnNorms: usize, extremes: usize): void {
  const zero = f32x4.splat(0);
  let p0 = zero, q0 = zero, p1 = zero, q1 = zero, p2 = zero, q2 = zero, p3 = zero, q3 = zero, p4 = zero, q4 = zero;
  for (let k = 0; k < depth; k += 4, s += scalarNext<T>(), v += vectorStep<T>() * 4) {
    let x: v128, y: v128, a: v128;
    x = v128.load(v, vectorStep<T>() * 0); y = v128.load(v, vectorStep<T>() * 0 + vectorHalf<T>());
    a = v128.load32_splat(s, scalarRow<T>() * 0 + scalarStep<T>() * 0); p0 = multiplyAdd(a, x, p0); q0 = multiplyAdd(a, y, q0);
    a = v128.load32_splat(s, scalarRow<T>() * 1 + scalarStep<T>() * 0); p1 = multiplyAdd(a, x, p1); q1 = multiplyAdd(a, y, q1);
    a = v128.load32_splat(s, scalarRow<T>() * 2 + scalarStep<T>() * 0); p2 = multiplyAdd(a, x, p2); q2 = multiplyAdd(a, y, q2);
    a = v128.load32_splat(s, scalarRow<T>() * 3 + scalarStep<T>() * 0); p3 = multiplyAdd(a, x, p3); q3 = multiplyAdd(a, y, q3);
    a = v128.load32_splat(s, scalarRow<T>() * 4 + scalarStep<T>() * 0); p4 = multiplyAdd(a, x, p4); q4 = multiplyAdd(a, y, q4);
    x = v128.load(v, vectorStep<T>() * 1); y = v128.load(v, vectorStep<T>() * 1 + vectorHalf<T>());
    a = v128.load32_splat(s, scalarRow<T>() * 0 + scalarStep<T>() * 1); p0 = multiplyAdd(a, x, p0); q0 = multiplyAdd(a, y, q0);
    a = v128.load32_splat(s, scalarRow<T>() * 1 + scalarStep<T>() * 1); p1 = multiplyAdd(a, x, p1); q1 = multiplyAdd(a, y, q1);
    a = v128.load32_splat(s, scalarRow<T>() * 2 + scalarStep<T>() * 1); p2 = multiplyAdd(a, x, p2); q2 = multiplyAdd(a, y, q2);
    a = v128.load32_splat(s, scalarRow<T>() * 3 + scalarStep<T>() * 1); p3 = multiplyAdd(a, x, p3); q3 = multiplyAdd(a, y, q3);
    a = v128.load32_splat(s, scalarRow<T>() * 4 + scalarStep<T>() * 1); p4 = multiplyAdd(a, x, p4); q4 = multiplyAdd(a, y, q4);
    x = v128.load(v, vectorStep<T>() * 2); y = v128.load(v, vectorStep<T>() * 2 + vectorHalf<T>());
    a = v128.load32_splat(s, scalarRow<T>() * 0 + scalarStep<T>() * 2); p0 = multiplyAdd(a, x, p0); q0 = multiplyAdd(a, y, q0);
    a = v128.load32_splat(s, scalarRow<T>() * 1 + scalarStep<T>() * 2); p1 = multiplyAdd(a, x, p1); q1 = multiplyAdd(a, y, q1);
    a = v128.load32_splat(s, scalarRow<T>() * 2 + scalarStep<T>() * 2); p2 = multiplyAdd(a, x, p2); q2 = multiplyAdd(a, y, q2);
    a = v128.load32_splat(s, scalarRow<T>() * 3 + scalarStep<T>() * 2); p3 = multiplyAdd(a, x, p3); q3 = multiplyAdd(a, y, q3);
    a = v128.load32_splat(s, scalarRow<T>() * 4 + scalarStep<T>() * 2); p4 = multiplyAdd(a, x, p4); q4 = multiplyAdd(a, y, q4);
    x = v128.load(v, vectorStep<T>() * 3); y = v128.load(v, vectorStep<T>() * 3 + vectorHalf<T>());
    a = v128.load32_splat(s, scalarRow<T>() * 0 + scalarStep<T>() * 3); p0 = multiplyAdd(a, x, p0); q0 = multiplyAdd(a, y, q0);
    a = v128.load32_splat(s, scalarRow<T>() * 1 + scalarStep<T>() * 3); p1 = multiplyAdd(a, x, p1); q1 = multiplyAdd(a, y, q1);
    a = v128.load32_splat(s, scalarRow<T>() * 2 + scalarStep<T>() * 3); p2 = multiplyAdd(a, x, p2); q2 = multiplyAdd(a, y, q2);
    a = v128.load32_splat(s, scalarRow<T>() * 3 + scalarStep<T>() * 3); p3 = multiplyAdd(a, x, p3); q3 = multiplyAdd(a, y, q3);
    a = v128.load32_splat(s, scalarRow<T>() * 4 + scalarStep<T>() * 3); p4 = multiplyAdd(a, x, p4); q4 = multiplyAdd(a, y, q4);
  }
  if (isInteger<T>()) {
    const n0 = v128.load(columnNorms), n1 = v128.load(columnNorms, 16);
    let least = v128.load(extremes), greatest = v128.load(extremes, 16);
    let n: v128;
    n = v128.load32_splat(rowNorms, 0);
    p0 = f32x4.max(f32x4.sub(f32x4.add(n, n0), f32x4.add(p0, p0)), zero);
    q0 = f32x4.max(f32x4.sub(f32x4.add(n, n1), f32x4.add(q0, q0)), zero);
    v128.store(out, p0, TILE_ROW * 0); v128.store(out, q0, TILE_ROW * 0 + 16);
    least = f32x4.min(least, f32x4.min(p0, q0)); greatest = f32x4.max(greatest, f32x4.max(p0, q0));
    n = v128.load32_splat(rowNorms, 4);
    p1 = f32x4.max(f32x4.sub(f32x4.add(n, n0), f32x4.add(p1, p1)), zero);
    q1 = f32x4.max(f32x4.sub(f32x4.add(n, n1), f32x4.add(q1, q1)), zero);
    v128.store(out, p1, TILE_ROW * 1); v128.store(out, q1, TILE_ROW * 1 + 16);
    least = f32x4.min(least, f32x4.min(p1, q1)); greatest = f32x4.max(greatest, f32x4.max(p1, q1));
    n = v128.load32_splat(rowNorms, 8);
    p2 = f32x4.max(f32x4.sub(f32x4.add(n, n0), f32x4.add(p2, p2)), zero);
    q2 = f32x4.max(f32x4.sub(f32x4.add(n, n1), f32x4.add(q2, q2)), zero);
    v128.store(out, p2, TILE_ROW * 2); v128.store(out, q2, TILE_ROW * 2 + 16);
    least = f32x4.min(least, f32x4.min(p2, q2)); greatest = f32x4.max(greatest, f32x4.max(p2, q2));
    n = v128.load32_splat(rowNorms, 12);
    p3 = f32x4.max(f32x4.sub(f32x4.add(n, n0), f32x4.add(p3, p3)), zero);
    q3 = f32x4.max(f32x4.sub(f32x4.add(n, n1), f32x4.add(q3, q3)), zero);
    v128.store(out, p3, TILE_ROW * 3); v128.store(out, q3, TILE_ROW * 3 + 16);
    least = f32x4.min(least, f32x4.min(p3, q3)); greatest = f32x4.max(greatest, f32x4.max(p3, q3));
    n = v128.load32_splat(rowNorms, 16);
    p4 = f32x4.max(f32x4.sub(f32x4.add(n, n0), f32x4.add(p4, p4)), zero);
    q4 = f32x4.max(f32x4.sub(f32x4.add(n, n1), f32x4.add(q4, q4)), zero);
    v128.store(out, p4, TILE_ROW * 4); v128.store(out, q4, TILE_ROW * 4 + 16);
    least = f32x4.min(least, f32x4.min(p4, q4)); greatest = f32x4.max(greatest, f32x4.max(p4, q4));
    v128.store(extremes, least); v128.store(extremes, greatest, 16);
  } else {
    v128.store(out, f32x4.add(v128.load(out, 0), p0), 0);
    v128.store(out, f32x4.add(v128.load(out, PANEL + 0), q0), PANEL + 0);
    v128.store(out, f32x4.add(v128.load(out, 16), p1), 16);
    v128.store(out, f32x4.add(v128.load(out, PANEL + 16), q1), PANEL + 16);
    v128.store(out, f32x4.add(v128.load(out, 32), p2), 32);
    v128.store(out, f32x4.add(v128.load(out, PANEL + 32), q2), PANEL + 32);
    v128.store(out, f32x4.add(v128.load(out, 48), p3), 48);
    v128.store(out, f32x4.add(v128.load(out, PANEL + 48), q3), PANEL + 48);
    v128.store(out, f32x4.add(v128.load(out, 64), p4), 64);
    v128.store(out, f32x4.add(v128.load(out, PANEL + 64), q4), PANEL + 64);
  }
}

/**
 * Squared distances of block I of `rows` and block J of `columns` into the tile at `scratch`
 * (equation 8), with their least and greatest. Norms go through the same sums as products, so equal
 * points are at distance exactly 0.
 */
export function distances(rows: RowSet, I: i32, columns: RowSet, J: i32, depth: i32, stride: usize, scratch: usize): void {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J);
  const a = rows.panels + <usize>I * stride, b = columns.columns + <usize>J * stride;
  const rowNorms = rows.norms + (<usize>(I * ROWS) << 2), columnNorms = columns.norms + (<usize>(J * ROWS) << 2);
  const panel = stride / (<usize>ROWS / 8);
  v128.store(scratch + EXTREMES, f32x4.splat(f32.MAX_VALUE));
  v128.store(scratch + EXTREMES, f32x4.splat(0), 16);
  for (let j = 0; j < columnCount; j += 8) {
    const column = b + <usize>(j >> 3) * panel;
    for (let i = 0; i < rowCount; i += 5) {
      tile5x8<Distances>(
        a + (<usize>i << 4), column, depth, scratch + TILE + <usize>i * TILE_ROW + (<usize>j << 2),
        rowNorms + (<usize>i << 2), columnNorms + (<usize>j << 2), scratch + EXTREMES,
      );
    }
  }
}

/** out_I += G z_J, for the tile G at `g`. Columns of G up to the next multiple of 4 are 0. */
export function addProduct(g: usize, rowCount: i32, z: usize, columnCount: i32, features: i32, out: usize): void {
  const depth = roundUp(columnCount, 4);
  for (let d = 0; d < features; d += 8) {
    const at = <usize>(d >> 2) * PANEL;
    for (let i = 0; i < rowCount; i += 5) {
      tile5x8<RowProduct>(g + <usize>i * TILE_ROW, z + at, depth, out + at + (<usize>i << 4), 0, 0, 0);
    }
  }
}

/** out_J += G^T x_I. Rows of G up to the next multiple of 4 are 0. */
export function addTransposedProduct(g: usize, rowCount: i32, x: usize, columnCount: i32, features: i32, out: usize): void {
  const depth = roundUp(rowCount, 4);
  for (let d = 0; d < features; d += 8) {
    const at = <usize>(d >> 2) * PANEL;
    for (let j = 0; j < columnCount; j += 5) {
      tile5x8<ColumnProduct>(g + (<usize>j << 2), x + at, depth, out + at + (<usize>j << 4), 0, 0, 0);
    }
  }
}
