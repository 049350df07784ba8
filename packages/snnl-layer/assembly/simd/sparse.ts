import { PANEL, TILE_ROW } from '../layout';
import { multiplyAdd } from './vector';

// At low temperatures, or with many features, hardly any pair matters, and G is mostly 0.

/** Entries of G that are not 0, or more than `limit`. Columns are counted in fours. */
export function nonzeros(g: usize, rowCount: i32, columnCount: i32, limit: i32): i32 {
  const zero = f32x4.splat(0), bytes = <usize>((columnCount + 3) & ~3) << 2;
  let count = 0;
  for (let i = 0; i < rowCount && count <= limit; i++, g += TILE_ROW) {
    for (let c: usize = 0; c < bytes; c += 16) {
      count += popcnt<i32>(i32x4.bitmask(f32x4.ne(v128.load(g + c), zero)));
    }
  }
  return count;
}

/** out += w row, over the panels of one row. */
// @ts-ignore: decorator
@inline
function addRow(w: v128, row: usize, out: usize, bytes: usize): void {
  for (let p: usize = 0; p < bytes; p += PANEL) {
    v128.store(out + p, multiplyAdd(w, v128.load(row + p), v128.load(out + p)));
    v128.store(out + p, multiplyAdd(w, v128.load(row + p, 16), v128.load(out + p, 16)), 16);
  }
}

/** out_I += G z_J and, where `outJ` is not 0, out_J += G^T x_I, entry by entry. */
export function addSparseProducts(g: usize, rowCount: i32, columnCount: i32, features: i32, x: usize, z: usize, outI: usize, outJ: usize): void {
  const bytes = <usize>((features + 7) >> 3) * PANEL;
  for (let i: usize = 0; i < <usize>rowCount; i++, g += TILE_ROW) {
    for (let j: usize = 0; j < <usize>columnCount; j++) {
      const entry = load<f32>(g + (j << 2));
      if (entry == 0) continue;
      const w = f32x4.splat(entry);
      addRow(w, z + (j << 5), outI + (i << 5), bytes);
      if (outJ) addRow(w, x + (i << 5), outJ + (j << 5), bytes);
    }
  }
}
