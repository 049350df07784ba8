import { ACCUMULATORS, inTile, multiply, PRODUCT_DECLARATIONS } from './product';
import type { Shader } from './shader';
import { PANEL_VECTORS, STEP, TILE, TILE_INVOCATIONS, unrolled } from './wgsl';

/**
 * G z and the row sums of G, for a block of G and one chunk of its columns; a workgroup has 64 rows
 * and 64 features.
 *
 * `result` holds for each chunk and row tile `across` tiles `[64 rows, 64 features]` and 64 row sums.
 */
export const WEIGHTED_SUMS: Shader<
  'weights' | 'columns',
  | 'rowTiles'
  | 'across'
  | 'panelRows'
  | 'firstColumnTile'
  | 'blockColumnTiles'
  | 'tilesPerChunk'
  | 'more'
> = {
  name: 'weightedSums',
  inputs: { weights: 4, columns: 4 },
  outputComponents: 4,
  workgroup: TILE_INVOCATIONS,
  sizes: [
    'rowTiles',
    'across',
    'panelRows',
    'firstColumnTile',
    'blockColumnTiles',
    'tilesPerChunk',
    'more',
  ],
  code: `${PRODUCT_DECLARATIONS}
var<workgroup> chunkTiles : vec2<i32>;

fn work(group : i32, local : i32) {
  let ty = local >> 3u;
  let tx = local & 7;
  let unit = group / uniforms.across;
  let panel = group - unit * uniforms.across;
  let chunk = unit / uniforms.rowTiles;
  let rowTile = unit - chunk * uniforms.rowTiles;
  if (local == 0) {
    let first = chunk * uniforms.tilesPerChunk;
    chunkTiles = vec2<i32>(first, min(first + uniforms.tilesPerChunk, uniforms.blockColumnTiles));
  }
  let tiles = workgroupUniformLoad(&chunkTiles);
  let rowStart = (rowTile * uniforms.blockColumnTiles + tiles.x) * ${TILE * PANEL_VECTORS};
  let columnStart = panel * uniforms.panelRows * ${PANEL_VECTORS} +
      (uniforms.firstColumnTile + tiles.x) * ${TILE * PANEL_VECTORS};
  ${ACCUMULATORS}
  ${unrolled(8, (r) => `  var sum${r} = 0.0;`)}
  ${multiply(
    { buffer: 'weights', start: 'rowStart' },
    { buffer: 'columns', start: 'columnStart' },
    `(tiles.y - tiles.x) * ${TILE / STEP}`,
    (r, value) => ` sum${r} += ${value};`,
  )}
  let into = unit * (uniforms.across * ${TILE} + 1) * ${PANEL_VECTORS};
  let tile = into + panel * ${TILE * PANEL_VECTORS};
  if (uniforms.more > 0) {
    ${unrolled(
      8,
      (r) => `
    left${r} += result[tile + ${inTile('ty', r)} * ${PANEL_VECTORS} + tx];
    right${r} += result[tile + ${inTile('ty', r)} * ${PANEL_VECTORS} + tx + 8];`,
    )}
  }
  ${unrolled(
    8,
    (r) => `
  result[tile + ${inTile('ty', r)} * ${PANEL_VECTORS} + tx] = left${r};
  result[tile + ${inTile('ty', r)} * ${PANEL_VECTORS} + tx + 8] = right${r};`,
  )}
  if (panel == 0 && tx == 0) {
    let at = into + uniforms.across * ${TILE * PANEL_VECTORS} + ty;
    var low = vec4<f32>(sum0, sum1, sum2, sum3);
    var high = vec4<f32>(sum4, sum5, sum6, sum7);
    if (uniforms.more > 0) {
      low += result[at];
      high += result[at + 8];
    }
    result[at] = low;
    result[at + 8] = high;
  }
}
`,
};
