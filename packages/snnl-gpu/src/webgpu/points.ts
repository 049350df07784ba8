import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './device';
import { MAX_GROUPS, run } from './run';
import { STEP, TILE } from './shaders/common';
import { COLUMN_PANELS, COLUMN_SUMS, POISON, ROW_PANELS, ROWS } from './shaders/points';
import type { WebgpuWorkspace } from './workspace';

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
  workspace: WebgpuWorkspace,
  features: TensorInfo,
  center: TensorInfo,
  rows: number,
  width: number,
): TensorInfo {
  const padded = paddedWidth(width);
  const tiles = tilesOf(rows);
  return run(workspace.backend, ROW_PANELS, {
    inputs: { features, center },
    sizes: { rows, width, padded },
    groups: tiles,
    output: workspace.buffer([tiles, padded + 1, TILE]),
  });
}

export function columnPanels(
  workspace: WebgpuWorkspace,
  panels: TensorInfo,
  rows: number,
  width: number,
): TensorInfo {
  const tiles = tilesOf(rows);
  const across = tilesOf(width);
  return run(workspace.backend, COLUMN_PANELS, {
    inputs: { panels },
    sizes: { rows, width, padded: paddedWidth(width), panelRows: tiles * TILE, across },
    groups: tiles * across,
    output: workspace.buffer([across, tiles * TILE, TILE]),
  });
}

/** Mean of the rows, float32 `[D]`: in rounds, each of which leaves 1/256 of the rows. */
export function columnMean(
  workspace: WebgpuWorkspace,
  source: TensorInfo,
  rows: number,
  width: number,
): TensorInfo {
  const across = Math.max(1, Math.ceil(width / 64));
  let current = source;
  for (let left = rows; ; ) {
    const chunks = Math.max(1, Math.ceil(left / ROWS));
    const output = run(workspace.backend, COLUMN_SUMS, {
      inputs: { source: current },
      sizes: { rows: left, width, divisor: chunks === 1 ? Math.max(rows, 1) : 1, across },
      groups: chunks * across,
      output: workspace.buffer([Math.max(1, chunks * width)]),
    });
    if (chunks === 1) return output;
    current = output;
    left = chunks;
  }
}

/** Whether everything is spoilt, float32 `[1]`. */
export function poison(
  workspace: WebgpuWorkspace,
  panels: TensorInfo,
  temperature: TensorInfo,
  rows: number,
  width: number,
): TensorInfo {
  return run(workspace.backend, POISON, {
    inputs: { panels, temperature },
    sizes: { rows, padded: paddedWidth(width) },
    groups: 1,
    output: workspace.buffer([1]),
  });
}
