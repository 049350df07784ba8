import { PANEL, ROWS, RowSet, SEGMENT, TILE, TILE_ROW, rowsIn } from '../layout';

/** See simd/product.ts. One row against four columns at a time. */
export function distances(rows: RowSet, I: i32, columns: RowSet, J: i32, _diagonal: bool, features: i32, stride: usize, scratch: usize): void {
  const rowCount = rowsIn(rows, I), columnCount = rowsIn(columns, J), panel = stride / (<usize>ROWS / 8);
  const a = rows.columns + <usize>I * stride, b = columns.columns + <usize>J * stride;
  const rowNorms = rows.norms + (<usize>(I * ROWS) << 2), columnNorms = columns.norms + (<usize>(J * ROWS) << 2);
  for (let i: usize = 0; i < <usize>rowCount; i++) {
    const n = load<f32>(rowNorms + (i << 2));
    for (let j: usize = 0; j < <usize>columnCount; j += 4) {
      let s = a + (i >> 3) * panel + ((i & 7) << 2), v = b + (j >> 3) * panel + ((j & 4) << 2);
      let c0: f32 = 0, c1: f32 = 0, c2: f32 = 0, c3: f32 = 0;
      for (let from = 0; from < features; from += SEGMENT) {
        let p0: f32 = 0, p1: f32 = 0, p2: f32 = 0, p3: f32 = 0;
        for (let k = from, end = min(features, from + SEGMENT); k < end; k++, s += 32, v += 32) {
          const x = load<f32>(s);
          p0 += x * load<f32>(v); p1 += x * load<f32>(v, 4); p2 += x * load<f32>(v, 8); p3 += x * load<f32>(v, 12);
        }
        c0 += p0; c1 += p1; c2 += p2; c3 += p3;
      }
      const out = scratch + TILE + i * TILE_ROW + (j << 2), norms = columnNorms + (j << 2);
      store<f32>(out, max(n + load<f32>(norms) - (c0 + c0), 0));
      store<f32>(out, max(n + load<f32>(norms, 4) - (c1 + c1), 0), 4);
      store<f32>(out, max(n + load<f32>(norms, 8) - (c2 + c2), 0), 8);
      store<f32>(out, max(n + load<f32>(norms, 12) - (c3 + c3), 0), 12);
    }
  }
}

export function largest(norms: usize): f32 {
  let most: f32 = 0;
  for (let r = 0; r < ROWS; r++, norms += 4) most = max(most, load<f32>(norms));
  return most;
}

/** See simd/product.ts. */
export function between(x: usize, z: usize, features: i32): f32 {
  let sum: f64 = 0;
  for (let f = 0; f < features; f++, x += 4, z += 4) {
    const d = <f64>load<f32>(x) - <f64>load<f32>(z);
    sum += d * d;
  }
  return <f32>sum;
}

/** out(r, d) += sum_k s(r, k) v(k, d): `step` bytes from the scalar of one k to the next. */
function addPanels(s: usize, row: usize, step: usize, rowCount: i32, v: usize, depth: i32, features: i32, out: usize): void {
  for (let f = 0; f < features; f += 4) {
    const panel = <usize>(f >> 3) * PANEL + (<usize>(f & 4) << 2);
    for (let r: usize = 0; r < <usize>rowCount; r++) {
      let c0: f32 = 0, c1: f32 = 0, c2: f32 = 0, c3: f32 = 0;
      for (let k = 0, a = s + r * row, at = v + panel; k < depth; k++, a += step, at += 32) {
        const x = load<f32>(a);
        c0 += x * load<f32>(at); c1 += x * load<f32>(at, 4); c2 += x * load<f32>(at, 8); c3 += x * load<f32>(at, 12);
      }
      const to = out + panel + (r << 5);
      store<f32>(to, load<f32>(to) + c0);
      store<f32>(to, load<f32>(to, 4) + c1, 4);
      store<f32>(to, load<f32>(to, 8) + c2, 8);
      store<f32>(to, load<f32>(to, 12) + c3, 12);
    }
  }
}

export function addProduct(g: usize, rowCount: i32, z: usize, columnCount: i32, features: i32, out: usize): void {
  addPanels(g, TILE_ROW, 4, rowCount, z, columnCount, features, out);
}

export function addTransposedProduct(g: usize, rowCount: i32, x: usize, columnCount: i32, features: i32, out: usize): void {
  addPanels(g, 4, TILE_ROW, columnCount, x, rowCount, features, out);
}
