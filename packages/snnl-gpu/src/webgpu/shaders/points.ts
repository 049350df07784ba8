import { COMMON, LEVEL, shaderOf, TILE } from './common';

/** Rows that one invocation sums: most batches take one round. The centre need not be exact. */
export const ROWS = 256;

/**
 * `result[c, k]` = sum of `source[r, k]` over the rows r of chunk c that have a label, and behind these
 * sums how many have. An invocation sums one column of one chunk; 64 neighbouring columns are a workgroup.
 */
export const LABELLED_SUMS = shaderOf({
  name: 'labelledSums',
  inputs: { source: 1, labels: 1 },
  outputComponents: 1,
  workgroup: 64,
  sizes: ['rows', 'width', 'across'],
  code: `${COMMON}
fn work(group : i32, local : i32) {
  let chunk = group / uniforms.across;
  let column = (group - chunk * uniforms.across) * 64 + local;
  if (column > uniforms.width) { return; }
  let end = min((chunk + 1) * ${ROWS}, uniforms.rows);
  var sum = 0.0;
  for (var row = chunk * ${ROWS}; row < end; row++) {
    if (labels[row] == MISSING_LABEL) { continue; }
    if (column < uniforms.width) { sum += source[row * uniforms.width + column]; } else { sum += 1.0; }
  }
  result[chunk * (uniforms.width + 1) + column] = sum;
}
`,
});

/** The same of results of it: `result[c, k]` = sum of `source[r, k]` over the rows r of chunk c. */
export const COLUMN_SUMS = shaderOf({
  name: 'columnSums',
  inputs: { source: 1 },
  outputComponents: 1,
  workgroup: 64,
  sizes: ['rows', 'width', 'across'],
  code: `
fn work(group : i32, local : i32) {
  let chunk = group / uniforms.across;
  let column = (group - chunk * uniforms.across) * 64 + local;
  if (column >= uniforms.width) { return; }
  let end = min((chunk + 1) * ${ROWS}, uniforms.rows);
  var sum = 0.0;
  for (var row = chunk * ${ROWS}; row < end; row++) {
    sum += source[row * uniforms.width + column];
  }
  result[chunk * uniforms.width + column] = sum;
}
`,
});

/**
 * Centred rows as panels of 64 rows, each `[padded + 1, 64]`: features first, and behind them the
 * squared norms. Padding is 0, and so is a row without a label, whose norm is -1. A row with a feature that is not finite, or a norm from 2^125 on, so
 * that a distance could leave float32, gets features of 0 and the norm Infinity. Four invocations
 * share a row. `center` has the sums of the candidates, and their number behind them. Equation 8 of
 * docs/math.md.
 */
export const ROW_PANELS = shaderOf({
  name: 'rowPanels',
  inputs: { features: 1, labels: 1, center: 1 },
  outputComponents: 1,
  workgroup: 256,
  sizes: ['rows', 'width', 'padded'],
  code: `${COMMON}
var<workgroup> norms : array<f32, 256>;

fn work(group : i32, local : i32) {
  let lane = local & 63;
  let part = local >> 6u;
  let row = group * ${TILE} + lane;
  let panel = group * ${TILE} * (uniforms.padded + 1) + lane;
  let missing = row < uniforms.rows && labels[min(row, uniforms.rows - 1)] == MISSING_LABEL;
  let there = row < uniforms.rows && !missing;
  let share = 1.0 / max(center[uniforms.width], 1.0);
  var norm = 0.0;
  var bad = false;
  for (var first = part; first < uniforms.padded; first += ${LEVEL}) {
    var squares = 0.0;
    for (var k = first; k < min(first + ${LEVEL}, uniforms.padded); k += 4) {
      var value = 0.0;
      if (there && k < uniforms.width) {
        let feature = features[row * uniforms.width + k];
        value = feature - center[k] * share;
        bad = bad || !isFinite(feature) || !isFinite(value);
      }
      squares += value * value;
      result[panel + k * ${TILE}] = value;
    }
    norm += squares;
  }
  norms[local] = select(norm, uniforms.INFINITY, bad);
  workgroupBarrier();
  norm = norms[lane] + norms[lane + 64] + norms[lane + 128] + norms[lane + 192];
  bad = !isFinite(norms[lane]) || !isFinite(norms[lane + 64]) ||
      !isFinite(norms[lane + 128]) || !isFinite(norms[lane + 192]) ||
      bitcast<u32>(norm) >= 0x7e000000u;
  if (bad) {
    for (var k = part; k < uniforms.padded; k += 4) { result[panel + k * ${TILE}] = 0.0; }
  }
  if (part == 0) {
    result[panel + uniforms.padded * ${TILE}] = select(select(norm, uniforms.INFINITY, bad), -1.0, missing);
  }
}
`,
});

/** Centred rows as panels of 64 columns, each `[padded rows, 64]`. Padding and bad rows are 0. */
export const COLUMN_PANELS = shaderOf({
  name: 'columnPanels',
  inputs: { panels: 1 },
  outputComponents: 1,
  workgroup: 256,
  sizes: ['rows', 'width', 'padded', 'panelRows', 'across'],
  code: `
fn work(group : i32, local : i32) {
  let tile = group / uniforms.across;
  let panel = group - tile * uniforms.across;
  let column = panel * ${TILE} + (local & 63);
  let source = tile * ${TILE} * (uniforms.padded + 1) + column * ${TILE};
  let into = (panel * uniforms.panelRows + tile * ${TILE}) * ${TILE} + (local & 63);
  for (var row = local >> 6u; row < ${TILE}; row += 4) {
    var value = 0.0;
    if (column < uniforms.width) { value = panels[source + row]; }
    result[into + row * ${TILE}] = value;
  }
}
`,
});

/**
 * `result[0]` = 1 where a candidate or the temperature spoils every result, else 0. A temperature
 * must be from 2^-126, below which most GPUs take numbers for 0, to 2^126, where 1/T gets there.
 */
export const POISON = shaderOf({
  name: 'poison',
  inputs: { panels: 1, temperature: 1 },
  outputComponents: 1,
  workgroup: 256,
  sizes: ['rows', 'padded'],
  code: `${COMMON}
var<workgroup> found : array<i32, 256>;

fn work(group : i32, local : i32) {
  let bits = bitcast<u32>(temperature[0]);
  var bad = bits < 0x00800000u || bits > 0x7e800000u;
  for (var row = local; row < uniforms.rows; row += 256) {
    let tile = row / ${TILE};
    let norm = panels[(tile * (uniforms.padded + 1) + uniforms.padded) * ${TILE} + row - tile * ${TILE}];
    bad = bad || !isFinite(norm);
  }
  found[local] = select(0, 1, bad);
  workgroupBarrier();
  if (local > 0) { return; }
  var any = 0;
  for (var i = 0; i < 256; i++) { any |= found[i]; }
  result[0] = f32(any);
}
`,
});
