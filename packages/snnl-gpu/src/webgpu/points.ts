import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './device';
import { MAX_GROUPS, run } from './run';
import { STEP, TILE } from './shaders/common';
import {
  COLUMN_PANELS,
  COLUMN_SUMS,
  LABELLED_SUMS,
  POISON,
  ROW_PANELS,
  ROWS,
} from './shaders/points';
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

/** Features `[rows, width]` and labels `[rows]`; neither is empty. */
export interface Labelled {
  readonly features: TensorInfo;
  readonly labels: TensorInfo;
}

export function rowPanels(
  workspace: WebgpuWorkspace,
  { features, labels }: Labelled,
  center: TensorInfo,
  rows: number,
  width: number,
): TensorInfo {
  const padded = paddedWidth(width);
  const tiles = tilesOf(rows);
  return run(workspace.backend, ROW_PANELS, {
    inputs: { features, labels, center },
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

/**
 * Sums of the rows that have a label, and behind them how many those are, float32 `[D + 1]`: in rounds,
 * each of which leaves 1/256 of the rows.
 */
export function columnSums(
  workspace: WebgpuWorkspace,
  { features, labels }: Labelled,
  rows: number,
  width: number,
): TensorInfo {
  const across = Math.ceil((width + 1) / 64);
  const chunksOf = (count: number) => Math.max(1, Math.ceil(count / ROWS));
  let chunks = chunksOf(rows);
  const output = () => workspace.buffer([chunks * (width + 1)]);
  let sums = run(workspace.backend, LABELLED_SUMS, {
    inputs: { source: features, labels },
    sizes: { rows, width, across },
    groups: chunks * across,
    output: output(),
  });
  while (chunks > 1) {
    const left = chunks;
    chunks = chunksOf(left);
    sums = run(workspace.backend, COLUMN_SUMS, {
      inputs: { source: sums },
      sizes: { rows: left, width: width + 1, across },
      groups: chunks * across,
      output: output(),
    });
  }
  return sums;
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
