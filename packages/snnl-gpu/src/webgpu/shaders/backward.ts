import { COMMON, PANEL_VECTORS, STEP, shaderOf, TILE, TILE_INVOCATIONS, unrolled } from './common';
import { ACCUMULATORS, inTile, multiply, PRODUCT_DECLARATIONS } from './product';

/**
 * G z and the row sums of G, for a block of G and one chunk of its columns; a workgroup has 64 rows
 * and 64 features.
 *
 * `result` holds for each chunk and row tile `across` tiles `[64 rows, 64 features]` and 64 row sums.
 */
export const WEIGHTED_SUMS = shaderOf({
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
});

/** Workgroups, each of which goes on with every so many elements. */
export const MERGE_GROUPS = 2048;

/**
 * dL/dx_i = 2 (x_i rowsum(G)_i - (G z)_i) for the rows of a block, from the chunks of WEIGHTED_SUMS
 * added up in order; NaN where a bad input spoils it. One invocation an element.
 */
export const MERGE_GRADIENT = shaderOf({
  name: 'mergeGradient',
  inputs: { parts: 1, rows: 1, poison: 1 },
  outputComponents: 1,
  workgroup: 256,
  sizes: ['rowCount', 'width', 'padded', 'firstRowTile', 'rowTiles', 'across', 'chunks', 'groups'],
  code: `${COMMON}
fn work(group : i32, local : i32) {
  let firstRow = uniforms.firstRowTile * ${TILE};
  let count = min(uniforms.rowTiles * ${TILE}, uniforms.rowCount - firstRow) * uniforms.width;
  let unit = (uniforms.across * ${TILE} + 1) * ${TILE};
  let spoilt = poison[0] > 0.0;
  for (var element = group * 256 + local; element < count; element += uniforms.groups * 256) {
    let row = element / uniforms.width;
    let column = element - row * uniforms.width;
    let tile = row / ${TILE};
    let inRow = row - tile * ${TILE};
    let panel = column / ${TILE};
    let at = tile * unit + panel * ${TILE * TILE} + inRow * ${TILE} + column - panel * ${TILE};
    let sumAt = tile * unit + uniforms.across * ${TILE * TILE} + inRow;
    var product = 0.0;
    var sum = 0.0;
    for (var chunk = 0; chunk < uniforms.chunks; chunk++) {
      product += parts[chunk * uniforms.rowTiles * unit + at];
      sum += parts[chunk * uniforms.rowTiles * unit + sumAt];
    }
    let start = (uniforms.firstRowTile + tile) * ${TILE} * (uniforms.padded + 1) + inRow;
    let x = rows[start + column * ${TILE}];
    let norm = rows[start + uniforms.padded * ${TILE}];
    var gradient = 2.0 * (x * sum - product);
    if (norm < 0.0) {
      gradient = 0.0;
    } else if (spoilt || !isFinite(norm)) {
      gradient = uniforms.NAN;
    }
    result[firstRow * uniforms.width + element] = gradient;
  }
}
`,
});
