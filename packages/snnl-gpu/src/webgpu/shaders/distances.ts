import { LEVEL, PANEL_VECTORS, STEP, TILE, unrolled } from './common';
import { ACCUMULATORS, inTile, multiply, multiplyInLevels } from './product';

/**
 * WGSL that turns products of centred rows into distances, for shaders whose sizes are `rowCount`,
 * `columnCount`, `selfOffset` and `padded` and whose inputs are the panels `rows` and `columns`,
 * their labels and the temperature.
 *
 * Both passes make a distance by these statements, in the same order, so that it has the same bits
 * in both, and for both roles of a pair: only then weights sum to 1 where d / T is large. WGSL lets a
 * driver fuse or reassociate what is written, as long as no accuracy is lost; one that does so in only
 * one of the two shaders gives weights that are still no more than 1, but sum to e^(error of d / T).
 */
export const PAIR_DECLARATIONS = `
/** -d of an excluded pair; others are above -2^127. */
const NOTHING = -3.0e38;
const LOG2E = 1.4426950408889634;

/** Columns of a half tile that lie beyond the last, have no label, or are column \`selfColumn\` itself. */
fn excluded(column : i32, norms : vec4<f32>, selfColumn : i32) -> vec4<bool> {
  let columns = vec4<i32>(column, column + 1, column + 2, column + 3);
  return (columns >= vec4<i32>(uniforms.columnCount)) | (norms < vec4<f32>(0.0)) |
      (columns == vec4<i32>(selfColumn));
}
`;

/** Whether rows of this width need sums in levels: a shader of its own, as it takes more registers. */
export const needsLevels = (padded: number): boolean => padded > LEVEL;

/** Statements that load norms and labels of an invocation's 8 rows. */
export const pairRows = (tile: string): string => `
  let scale = LOG2E / temperature[0];
  let rowNorms0 = rows[rowStart + uniforms.padded * ${PANEL_VECTORS} + ty];
  let rowNorms1 = rows[rowStart + uniforms.padded * ${PANEL_VECTORS} + ty + 8];
  ${unrolled(8, (r) => `let row${r} = ${tile} * ${TILE} + ${inTile('ty', r)};`)}
  ${unrolled(8, (r) => `let rowLabel${r} = rowLabels[min(row${r}, uniforms.rowCount - 1)];`)}
`;

/** Statements for the products of a tile's rows and columns, `left0` to `right7`. */
export const pairProducts = (levels: boolean): string => {
  const panel = (buffer: 'rows' | 'columns', start: string) => ({ buffer, start });
  return `
    ${ACCUMULATORS}
    ${(levels ? multiplyInLevels : multiply)(
      panel('rows', 'rowStart'),
      panel('columns', 'columnStart'),
      `uniforms.padded / ${STEP}`,
    )}`;
};

/** Statements that load norms and labels of its columns, and tell whether the tile has excluded pairs. */
export const pairColumns = (tile: string, start: string): string => `
    let columnNorms0 = columns[${start} + uniforms.padded * ${PANEL_VECTORS} + tx];
    let columnNorms1 = columns[${start} + uniforms.padded * ${PANEL_VECTORS} + tx + 8];
    let column0 = ${tile} * ${TILE} + tx * 4;
    let column1 = column0 + 32;
    let last = uniforms.columnCount - 1;
    let labels0 = vec4<i32>(columnLabels[min(column0, last)], columnLabels[min(column0 + 1, last)],
        columnLabels[min(column0 + 2, last)], columnLabels[min(column0 + 3, last)]);
    let labels1 = vec4<i32>(columnLabels[min(column1, last)], columnLabels[min(column1 + 1, last)],
        columnLabels[min(column1 + 2, last)], columnLabels[min(column1 + 3, last)]);
    let firstSelf = rowTile * ${TILE} + uniforms.selfOffset;
    let unlabelled = any((columnNorms0 < vec4<f32>(0.0)) | (columnNorms1 < vec4<f32>(0.0)));
    let holes = unlabelled || ${tile} * ${TILE} + ${TILE} > uniforms.columnCount || (uniforms.selfOffset >= 0 &&
        firstSelf < ${tile} * ${TILE} + ${TILE} && firstSelf + ${TILE} > ${tile} * ${TILE});
`;

/**
 * Statements for row `r`: `d0`, `d1` are -d of its 8 pairs, clamped at 0 (equation 8 of
 * docs/math.md), NOTHING of excluded ones, `same0`, `same1` the pairs of one class.
 */
export const distances = (r: number): string => {
  const norm = `rowNorms${r < 4 ? 0 : 1}[${r % 4}]`;
  return `
      var d0 = min(fma(left${r}, vec4<f32>(2.0), -(columnNorms0 + ${norm})), vec4<f32>(0.0));
      var d1 = min(fma(right${r}, vec4<f32>(2.0), -(columnNorms1 + ${norm})), vec4<f32>(0.0));
      var same0 = labels0 == vec4<i32>(rowLabel${r});
      var same1 = labels1 == vec4<i32>(rowLabel${r});
      if (holes) {
        let selfColumn = select(-1, row${r} + uniforms.selfOffset, uniforms.selfOffset >= 0);
        let out0 = excluded(column0, columnNorms0, selfColumn);
        let out1 = excluded(column1, columnNorms1, selfColumn);
        d0 = select(d0, vec4<f32>(NOTHING), out0);
        d1 = select(d1, vec4<f32>(NOTHING), out1);
        same0 = same0 & !out0;
        same1 = same1 & !out1;
      }`;
};

/** Statements that make `first` and `second`, of the pairs of `d0` and `d1`, 0 for excluded pairs. */
export const withoutExcluded = (first: string, second: string): string => `
      if (holes) {
        ${first} = select(${first}, vec4<f32>(0.0), d0 <= vec4<f32>(NOTHING));
        ${second} = select(${second}, vec4<f32>(0.0), d1 <= vec4<f32>(NOTHING));
      }`;
