import type { KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { input } from '../shared/workspace';
import { columnPanels, tilesOf } from './points';
import { chunksOf, type Problem, prepare } from './problem';
import { run } from './run';
import { MERGE_GRADIENT, MERGE_GROUPS, WEIGHTED_SUMS } from './shaders/backward';
import { TILE } from './shaders/common';
import { needsLevels } from './shaders/distances';
import { WEIGHTS } from './shaders/weights';
import { compute, type WebgpuWorkspace } from './workspace';

/** Tiles of G that exist at a time: 2^22 numbers, 16 MB. */
const BLOCK_TILES = 1024;

/** Equation 5: weights of pairs, then their product with the points. */
function backward(
  workspace: WebgpuWorkspace,
  problem: Problem,
  inputs: NamedTensorInfoMap,
  output: TensorInfo,
): void {
  const { backend } = workspace;
  const { n, m, d, padded, selfOffset, rows, columns, rowLabels, columnLabels } = problem;
  const rowSums = workspace.nonEmpty(input(inputs, 'anchorSums'));
  const columnSums = workspace.nonEmpty(input(inputs, 'candidateSums'));
  const panels = columnPanels(workspace, columns, m, d);
  const across = tilesOf(d);
  const columnTiles = tilesOf(m);
  const wide = Math.min(columnTiles, BLOCK_TILES);
  const high = Math.min(tilesOf(n), Math.max(1, Math.floor(BLOCK_TILES / wide)));
  const { chunks } = chunksOf(backend, wide, high * across);
  const weights = workspace.buffer([high * wide, TILE, TILE]);
  const parts = workspace.buffer([chunks * high, across * TILE + 1, TILE]);
  for (let firstRowTile = 0; firstRowTile < tilesOf(n); firstRowTile += high) {
    const rowTiles = Math.min(high, tilesOf(n) - firstRowTile);
    for (let firstColumnTile = 0; firstColumnTile < columnTiles; firstColumnTile += wide) {
      const blockColumnTiles = Math.min(wide, columnTiles - firstColumnTile);
      run(backend, needsLevels(padded) ? WEIGHTS.levels : WEIGHTS.flat, {
        inputs: {
          rows,
          columns,
          rowLabels,
          columnLabels,
          temperature: problem.temperature,
          rowSums,
          columnSums,
        },
        sizes: {
          rowCount: n,
          columnCount: m,
          selfOffset,
          padded,
          firstRowTile,
          firstColumnTile,
          blockColumnTiles,
        },
        groups: rowTiles * blockColumnTiles,
        output: weights,
      });
      run(backend, WEIGHTED_SUMS, {
        inputs: { weights, columns: panels },
        sizes: {
          rowTiles,
          across,
          panelRows: columnTiles * TILE,
          firstColumnTile,
          blockColumnTiles,
          tilesPerChunk: Math.ceil(blockColumnTiles / chunks),
          more: firstColumnTile > 0 ? 1 : 0,
        },
        groups: chunks * rowTiles * across,
        output: parts,
      });
    }
    const groups = Math.min(MERGE_GROUPS, Math.ceil((rowTiles * TILE * d) / 256));
    run(backend, MERGE_GRADIENT, {
      inputs: { parts, rows, poison: problem.poison },
      sizes: { rowCount: n, width: d, padded, firstRowTile, rowTiles, across, chunks, groups },
      groups,
      output,
    });
  }
}

/** The kernel function of `SnnlNeighborLogSumsGrad`. */
export const logSumsGrad: KernelFunc = ({ inputs, attrs, backend }) => {
  const [n = 0, d = 0] = input(inputs, 'anchors').shape;
  return compute(backend, [n, d], (workspace, output) =>
    backward(workspace, prepare(workspace, inputs, attrs), inputs, output),
  );
};
