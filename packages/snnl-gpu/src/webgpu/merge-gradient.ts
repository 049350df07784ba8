import type { Shader } from './shader';
import { COMMON, TILE } from './wgsl';

/** Workgroups, each of which goes on with every so many elements. */
export const MERGE_GROUPS = 2048;

/**
 * dL/dx_i = 2 (x_i rowsum(G)_i - (G z)_i) for the rows of a block, from the chunks of WEIGHTED_SUMS
 * added up in order; NaN where a bad input spoils it. One invocation an element.
 */
export const MERGE_GRADIENT: Shader<
  'parts' | 'rows' | 'poison',
  'rowCount' | 'width' | 'padded' | 'firstRowTile' | 'rowTiles' | 'across' | 'chunks' | 'groups'
> = {
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
    if (spoilt || !isFinite(norm)) { gradient = uniforms.NAN; }
    result[firstRow * uniforms.width + element] = gradient;
  }
}
`,
};
