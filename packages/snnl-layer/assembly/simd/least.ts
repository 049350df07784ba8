import { ROWS, TILE_ROW } from '../layout';
import { horizontalMin } from './vector';

/** Least distances of rows and columns; four rows at a time go to those of the columns. */
export function leastDistances(tile: usize, rowCount: i32, columnBytes: usize, rowStats: usize, columnStats: usize): void {
  const infinite = f32x4.splat(<f32>Infinity);
  for (let c: usize = 0; c < <usize>ROWS << 2; c += 16) v128.store(columnStats + c, infinite);
  let i = 0;
  for (; i + 4 <= rowCount; i += 4, tile += TILE_ROW * 4, rowStats += 16) {
    let r0 = infinite, r1 = infinite, r2 = infinite, r3 = infinite;
    for (let c: usize = 0; c < columnBytes; c += 16) {
      const d0 = v128.load(tile + c), d1 = v128.load(tile + c, TILE_ROW);
      const d2 = v128.load(tile + c, TILE_ROW * 2), d3 = v128.load(tile + c, TILE_ROW * 3);
      r0 = f32x4.pmin(r0, d0); r1 = f32x4.pmin(r1, d1); r2 = f32x4.pmin(r2, d2); r3 = f32x4.pmin(r3, d3);
      const d = f32x4.pmin(f32x4.pmin(d0, d1), f32x4.pmin(d2, d3));
      v128.store(columnStats + c, f32x4.pmin(v128.load(columnStats + c), d));
    }
    f32.store(rowStats, horizontalMin(r0)); f32.store(rowStats, horizontalMin(r1), 4);
    f32.store(rowStats, horizontalMin(r2), 8); f32.store(rowStats, horizontalMin(r3), 12);
  }
  for (; i < rowCount; i++, tile += TILE_ROW, rowStats += 4) {
    let least = infinite;
    for (let c: usize = 0; c < columnBytes; c += 16) {
      const d = v128.load(tile + c);
      least = f32x4.pmin(least, d);
      v128.store(columnStats + c, f32x4.pmin(v128.load(columnStats + c), d));
    }
    f32.store(rowStats, horizontalMin(least));
  }
}
