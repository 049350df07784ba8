import type {
  KernelFunc,
  NamedAttrMap,
  NamedTensorInfoMap,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './backend';
import { LOG_SUMS, PARTIALS_PER_CHUNK } from './log-sums';
import { MERGE_GRADIENT, MERGE_GROUPS } from './merge-gradient';
import { MERGE_SUMS } from './merge-sums';
import { columnPanels, tilesOf } from './pack';
import { needsLevels } from './pairs';
import { chunksOf, input, prepare } from './problem';
import { type Scratch, withOutput } from './scratch';
import { runShader } from './shader';
import { WEIGHTED_SUMS } from './weighted-sums';
import { WEIGHTS } from './weights';
import { TILE } from './wgsl';

/** Tiles of G that exist at a time: 2^22 numbers, 16 MB. */
const BLOCK_TILES = 1024;

/** The kernel function of `SnnlNeighborLogSums`. */
export const logSums: KernelFunc = ({ inputs, backend, attrs }) =>
  withOutput(backend as WebgpuBackend, [9, rowsOf(inputs)], (gpu, scratch, output) =>
    forward(gpu, scratch, inputs, attrs, output),
  );

/** The kernel function of `SnnlNeighborLogSumsGrad`. */
export const logSumsGrad: KernelFunc = ({ inputs, backend, attrs }) => {
  const [n = 0, d = 0] = input(inputs, 'anchors').shape;
  return withOutput(backend as WebgpuBackend, [n, d], (gpu, scratch, output) =>
    backward(gpu, scratch, inputs, attrs, output),
  );
};

const rowsOf = (inputs: NamedTensorInfoMap): number => input(inputs, 'anchors').shape[0] ?? 0;

function forward(
  backend: WebgpuBackend,
  scratch: Scratch,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
  output: TensorInfo,
): void {
  const problem = prepare(backend, scratch, inputs, attrs);
  const { n, m, padded, selfOffset, rows, columns, rowLabels, columnLabels } = problem;
  const rowTiles = tilesOf(n);
  const columnTiles = tilesOf(m);
  const { chunks, tilesPerChunk } = chunksOf(backend, columnTiles, rowTiles);
  const partCount = chunks * PARTIALS_PER_CHUNK;
  const sizes = { rowCount: n, columnCount: m, selfOffset, padded, rowTiles };
  const { temperature } = problem;
  const parts = runShader(backend, needsLevels(padded) ? LOG_SUMS.levels : LOG_SUMS.flat, {
    inputs: { rows, columns, rowLabels, columnLabels, temperature },
    sizes: { ...sizes, columnTiles, tilesPerChunk },
    groups: rowTiles * chunks,
    output: scratch.take([partCount, rowTiles * TILE, 8]),
  });
  runShader(backend, MERGE_SUMS, {
    inputs: { parts, rows, poison: problem.poison, temperature },
    sizes: { ...sizes, partCount },
    groups: rowTiles,
    output,
  });
}

function backward(
  backend: WebgpuBackend,
  scratch: Scratch,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
  output: TensorInfo,
): void {
  const problem = prepare(backend, scratch, inputs, attrs);
  const { n, m, d, padded, selfOffset, rows, columns, rowLabels, columnLabels } = problem;
  const rowSums = scratch.nonEmpty(input(inputs, 'anchorSums'));
  const columnSums = scratch.nonEmpty(input(inputs, 'candidateSums'));
  const panels = scratch.own(columnPanels(backend, columns, m, d));
  const across = tilesOf(d);
  const columnTiles = tilesOf(m);
  const wide = Math.min(columnTiles, BLOCK_TILES);
  const high = Math.min(tilesOf(n), Math.max(1, Math.floor(BLOCK_TILES / wide)));
  const { chunks } = chunksOf(backend, wide, high * across);
  const weights = scratch.take([high * wide, TILE, TILE]);
  const parts = scratch.take([chunks * high, across * TILE + 1, TILE]);
  for (let firstRowTile = 0; firstRowTile < tilesOf(n); firstRowTile += high) {
    const rowTiles = Math.min(high, tilesOf(n) - firstRowTile);
    for (let firstColumnTile = 0; firstColumnTile < columnTiles; firstColumnTile += wide) {
      const blockColumnTiles = Math.min(wide, columnTiles - firstColumnTile);
      runShader(backend, needsLevels(padded) ? WEIGHTS.levels : WEIGHTS.flat, {
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
      runShader(backend, WEIGHTED_SUMS, {
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
    runShader(backend, MERGE_GRADIENT, {
      inputs: { parts, rows, poison: problem.poison },
      sizes: { rowCount: n, width: d, padded, firstRowTile, rowTiles, across, chunks, groups },
      groups,
      output,
    });
  }
}
