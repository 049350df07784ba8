import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './backend';
import { MAX_GROUPS, runShader, type Shader } from './shader';
import { COMMON, LEVEL, STEP, TILE } from './wgsl';

/**
 * Centred rows as panels of 64 rows, each `[padded + 1, 64]`: features first, and behind them the
 * squared norms. Padding is 0. A row with a feature that is not finite, or a norm from 2^125 on, so
 * that a distance could leave float32, gets features of 0 and the norm Infinity. Four invocations
 * share a row. Equation 8 of docs/math.md.
 */
const ROW_PANELS: Shader<'features' | 'center', 'rows' | 'width' | 'padded'> = {
  name: 'rowPanels',
  inputs: { features: 1, center: 1 },
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
  let there = row < uniforms.rows;
  var norm = 0.0;
  var bad = false;
  for (var first = part; first < uniforms.padded; first += ${LEVEL}) {
    var squares = 0.0;
    for (var k = first; k < min(first + ${LEVEL}, uniforms.padded); k += 4) {
      var value = 0.0;
      if (there && k < uniforms.width) {
        let feature = features[row * uniforms.width + k];
        value = feature - center[k];
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
    result[panel + uniforms.padded * ${TILE}] = select(norm, uniforms.INFINITY, bad);
  }
}
`,
};

/** Centred rows as panels of 64 columns, each `[padded rows, 64]`. Padding and bad rows are 0. */
const COLUMN_PANELS: Shader<'panels', 'rows' | 'width' | 'padded' | 'panelRows' | 'across'> = {
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
};

export const tilesOf = (count: number): number => Math.max(1, Math.ceil(count / TILE));

export const paddedWidth = (width: number): number => Math.max(1, Math.ceil(width / STEP)) * STEP;

/** Why the panels of [rows, width] features cannot be had on a device; undefined where they can. */
export function tooLarge(backend: WebgpuBackend, rows: number, width: number): string | undefined {
  const bytes =
    4 * TILE * tilesOf(rows) * (Math.max(paddedWidth(width), tilesOf(width) * TILE) + 1);
  const limit = backend.device.limits.maxStorageBufferBindingSize;
  const groups = tilesOf(rows) * tilesOf(width);
  if (bytes <= limit && groups <= MAX_GROUPS) return undefined;
  return bytes > limit
    ? `[${rows}, ${width}] features take a buffer of ${bytes} bytes, and this WebGPU device binds ` +
        `at most ${limit}`
    : `[${rows}, ${width}] features take ${groups} workgroups, and WebGPU runs at most ${MAX_GROUPS}`;
}

export function rowPanels(
  backend: WebgpuBackend,
  features: TensorInfo,
  center: TensorInfo,
  rows: number,
  width: number,
): TensorInfo {
  const padded = paddedWidth(width);
  const tiles = tilesOf(rows);
  return runShader(backend, ROW_PANELS, {
    inputs: { features, center },
    sizes: { rows, width, padded },
    groups: tiles,
    output: backend.makeTensorInfo([tiles, padded + 1, TILE], 'float32'),
  });
}

export function columnPanels(
  backend: WebgpuBackend,
  panels: TensorInfo,
  rows: number,
  width: number,
): TensorInfo {
  const tiles = tilesOf(rows);
  const across = tilesOf(width);
  return runShader(backend, COLUMN_PANELS, {
    inputs: { panels },
    sizes: { rows, width, padded: paddedWidth(width), panelRows: tiles * TILE, across },
    groups: tiles * across,
    output: backend.makeTensorInfo([across, tiles * TILE, TILE], 'float32'),
  });
}
