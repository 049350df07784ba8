import { LEVEL, PANEL_VECTORS, STEP, unrolled } from './common';

const COMPONENTS = ['x', 'y', 'z', 'w'] as const;

/**
 * WGSL of a 64 x 64 tile of a matrix product by 64 invocations, from two panels.
 *
 * A panel is a `[K, 64]` matrix, K a multiple of STEP: 64 rows (or columns) of an operand, with the
 * index that is summed over first. Both go through workgroup memory STEP rows at a time; each
 * invocation adds outer products of 8 + 8 numbers to 64 accumulators.
 *
 * Invocation (ty, tx) has rows 4 ty + {0..3} and 32 + 4 ty + {0..3}, and columns likewise: so the
 * invocations of a row read adjacent vectors. Accumulators are `left0` to `left7` for the first
 * four columns of each row, `right0` to `right7` for the others.
 */
export const PRODUCT_DECLARATIONS = `
var<workgroup> rowStep : array<vec4<f32>, ${STEP * PANEL_VECTORS}>;
var<workgroup> columnStep : array<vec4<f32>, ${STEP * PANEL_VECTORS}>;
`;

const eachAccumulator = (make: (name: string) => string): string =>
  unrolled(8, (r) => `${make(`left${r}`)} ${make(`right${r}`)}`);

export const ACCUMULATORS = eachAccumulator((name) => `var ${name} = vec4<f32>(0.0);`);

/**
 * Statements that add the product of two panels to the accumulators.
 *
 * @param rows Buffer and, as an expression, the vector where the panel of the rows starts.
 * @param steps Expression, uniform over the workgroup: K / STEP.
 * @param also Statements for each of the 8 rows, given the expression of its number.
 */
export function multiply(
  rows: { buffer: string; start: string },
  columns: { buffer: string; start: string },
  steps: string,
  also: (r: number, value: string) => string = () => '',
): string {
  return multiplySteps(rows, columns, '0', steps, also);
}

/**
 * The same in levels: LEVEL products are summed up before they join the total, so that rounding does
 * not grow with K. Takes twice the registers; the totals lie idle in the inner loop.
 */
export const multiplyInLevels = (
  rows: { buffer: string; start: string },
  columns: { buffer: string; start: string },
  steps: string,
): string => `
  ${eachAccumulator((name) => `var ${name}Total = vec4<f32>(0.0);`)}
  for (var first = 0; first < ${steps}; first += ${LEVEL / STEP}) {
    ${multiplySteps(rows, columns, 'first', `min(first + ${LEVEL / STEP}, ${steps})`)}
    ${eachAccumulator((name) => `${name}Total += ${name}; ${name} = vec4<f32>(0.0);`)}
  }
  ${eachAccumulator((name) => `${name} = ${name}Total;`)}`;

function multiplySteps(
  rows: { buffer: string; start: string },
  columns: { buffer: string; start: string },
  first: string,
  end: string,
  also: (r: number, value: string) => string = () => '',
): string {
  const loads = (STEP * PANEL_VECTORS) / 64;
  return `
  for (var step = ${first}; step < ${end}; step++) {
    let at = step * ${STEP * PANEL_VECTORS} + local;
    workgroupBarrier();
    ${unrolled(
      loads,
      (i) => `
    rowStep[local + ${64 * i}] = ${rows.buffer}[${rows.start} + at + ${64 * i}];
    columnStep[local + ${64 * i}] = ${columns.buffer}[${columns.start} + at + ${64 * i}];`,
    )}
    workgroupBarrier();
    for (var k = 0; k < ${STEP * PANEL_VECTORS}; k += ${PANEL_VECTORS}) {
      let x0 = rowStep[k + ty];
      let x1 = rowStep[k + ty + 8];
      let z0 = columnStep[k + tx];
      let z1 = columnStep[k + tx + 8];
      ${unrolled(8, (r) => {
        const value = `x${r < 4 ? 0 : 1}.${COMPONENTS[r % 4]}`;
        return `left${r} = fma(vec4<f32>(${value}), z0, left${r});
      right${r} = fma(vec4<f32>(${value}), z1, right${r});${also(r, value)}`;
      })}
    }
  }`;
}

/** Expression of an invocation's row (or column) `r` of 8 in its tile, given `ty` or `tx`. */
export const inTile = (of: 'ty' | 'tx', r: number): string => `(${of} * 4 + ${r < 4 ? r : 28 + r})`;
