import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { input } from '../shared/workspace';
import { tilesOf } from './points';
import { chunksOf, type Problem, prepare } from './problem';
import { run } from './run';
import { TILE } from './shaders/common';
import { needsLevels } from './shaders/distances';
import { LOG_SUMS, MERGE_SUMS, PARTIALS_PER_CHUNK } from './shaders/forward';
import { compute, type WebgpuWorkspace } from './workspace';

/** Equations 1 and 2 with their references and mean distances: chunks of candidates, then their sum. */
function forward(workspace: WebgpuWorkspace, problem: Problem, output: TensorInfo): void {
  const { backend } = workspace;
  const { n, m, padded, selfOffset, rows, columns, rowLabels, columnLabels } = problem;
  const rowTiles = tilesOf(n);
  const columnTiles = tilesOf(m);
  const { chunks, tilesPerChunk } = chunksOf(backend, columnTiles, rowTiles);
  const partCount = chunks * PARTIALS_PER_CHUNK;
  const sizes = { rowCount: n, padded, rowTiles };
  const { temperature } = problem;
  const parts = run(backend, needsLevels(padded) ? LOG_SUMS.levels : LOG_SUMS.flat, {
    inputs: { rows, columns, rowLabels, columnLabels, temperature },
    sizes: { ...sizes, columnCount: m, selfOffset, columnTiles, tilesPerChunk },
    groups: rowTiles * chunks,
    output: workspace.buffer([partCount, rowTiles * TILE, 8]),
  });
  run(backend, MERGE_SUMS, {
    inputs: { parts, rows, poison: problem.poison, temperature },
    sizes: { ...sizes, partCount },
    groups: rowTiles,
    output,
  });
}

/** The kernel function of `SnnlNeighborLogSums`. */
export const logSums: KernelFunc = ({ inputs, attrs, backend }) => {
  const [n = 0] = input(inputs, 'anchors').shape;
  return compute(backend, [9, n], (workspace, output) =>
    forward(workspace, prepare(workspace, inputs, attrs), output),
  );
};
