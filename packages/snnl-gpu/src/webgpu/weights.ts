import { PAIR_DECLARATIONS, pairColumns, pairRows, scores } from './pairs';
import { ACCUMULATORS, inTile, multiply, PRODUCT_DECLARATIONS } from './product';
import type { Shader } from './shader';
import { PANEL_VECTORS, STEP, TILE, TILE_INVOCATIONS, unrolled } from './wgsl';

/**
 * A block of G of equation 5 (docs/math.md), one 64 x 64 tile a workgroup, as panels of 64 rows:
 * `[columns of the block, 64]` each. Excluded pairs, also those of padding, have G = 0.
 */
export const WEIGHTS: Shader<
  'rows' | 'columns' | 'rowLabels' | 'columnLabels' | 'temperature' | 'rowSums' | 'columnSums',
  | 'rowCount'
  | 'columnCount'
  | 'selfOffset'
  | 'padded'
  | 'firstRowTile'
  | 'firstColumnTile'
  | 'blockColumnTiles'
> = {
  name: 'weights',
  inputs: {
    rows: 4,
    columns: 4,
    rowLabels: 1,
    columnLabels: 1,
    temperature: 1,
    rowSums: 1,
    columnSums: 1,
  },
  outputComponents: 4,
  workgroup: TILE_INVOCATIONS,
  sizes: [
    'rowCount',
    'columnCount',
    'selfOffset',
    'padded',
    'firstRowTile',
    'firstColumnTile',
    'blockColumnTiles',
  ],
  code: `${PRODUCT_DECLARATIONS}${PAIR_DECLARATIONS}
const LOG2E = 1.4426950408889634;

/** No probability is above 1 but by rounding; the bound keeps exp2 finite where the sums do not fit. */
fn probability(exponent : vec4<f32>) -> vec4<f32> { return exp2(min(exponent, vec4<f32>(64.0))); }

fn columnSum(which : i32, column : i32) -> vec4<f32> {
  let start = which * uniforms.columnCount;
  let last = uniforms.columnCount - 1;
  return vec4<f32>(columnSums[start + min(column, last)], columnSums[start + min(column + 1, last)],
      columnSums[start + min(column + 2, last)], columnSums[start + min(column + 3, last)]);
}

fn work(group : i32, local : i32) {
  let ty = local >> 3u;
  let tx = local & 7;
  let blockRowTile = group / uniforms.blockColumnTiles;
  let blockColumnTile = group - blockRowTile * uniforms.blockColumnTiles;
  let rowTile = uniforms.firstRowTile + blockRowTile;
  let columnTile = uniforms.firstColumnTile + blockColumnTile;
  let panelVectors = (uniforms.padded + 1) * ${PANEL_VECTORS};
  let rowStart = rowTile * panelVectors;
  let columnStart = columnTile * panelVectors;
  ${pairRows('rowTile')}
  ${ACCUMULATORS}
  ${multiply({ buffer: 'rows', start: 'rowStart' }, { buffer: 'columns', start: 'columnStart' }, `uniforms.padded / ${STEP}`)}
  ${pairColumns('columnTile', 'columnStart')}
  let columnAll0 = columnSum(0, column0) * LOG2E;
  let columnAll1 = columnSum(0, column1) * LOG2E;
  let columnSame0 = columnSum(1, column0) * LOG2E;
  let columnSame1 = columnSum(1, column1) * LOG2E;
  let toColumnAll0 = columnSum(2, column0);
  let toColumnAll1 = columnSum(2, column1);
  let toColumnSame0 = columnSum(3, column0);
  let toColumnSame1 = columnSum(3, column1);
  let zero = vec4<f32>(0.0);
  let perT = -1.0 / temperature[0];
  ${unrolled(
    8,
    (r) => `
  {
    ${scores(r)}
    let row = min(row${r}, uniforms.rowCount - 1);
    let all = rowSums[row] * LOG2E;
    let same = rowSums[uniforms.rowCount + row] * LOG2E;
    let toAll = rowSums[2 * uniforms.rowCount + row];
    let toSame = rowSums[3 * uniforms.rowCount + row];
    left${r} = toAll * probability(s0 - all) + toColumnAll0 * probability(s0 - columnAll0);
    right${r} = toAll * probability(s1 - all) + toColumnAll1 * probability(s1 - columnAll1);
    if (any(same0)) {
      left${r} += select(zero, toSame * probability(s0 - same) +
          toColumnSame0 * probability(s0 - columnSame0), same0);
    }
    if (any(same1)) {
      right${r} += select(zero, toSame * probability(s1 - same) +
          toColumnSame1 * probability(s1 - columnSame1), same1);
    }
    left${r} *= perT;
    right${r} *= perT;
    if (holes) {
      left${r} = select(left${r}, zero, s0 <= vec4<f32>(NOTHING));
      right${r} = select(right${r}, zero, s1 <= vec4<f32>(NOTHING));
    }
  }`,
  )}
  let into = (blockRowTile * uniforms.blockColumnTiles + blockColumnTile) * ${TILE * PANEL_VECTORS};
  ${unrolled(8, (c) => {
    const side = c < 4 ? 'left' : 'right';
    const at = `into + ${inTile('tx', c)} * ${PANEL_VECTORS} + ty`;
    const four = (start: number) =>
      `vec4<f32>(${[0, 1, 2, 3].map((r) => `${side}${start + r}[${c % 4}]`).join(', ')})`;
    return `  result[${at}] = ${four(0)};\n  result[${at} + 8] = ${four(4)};`;
  })}
}
`,
};
