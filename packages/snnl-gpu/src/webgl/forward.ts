import type { KernelFunc } from '@tensorflow/tfjs-core';
import { input } from '../shared/workspace';
import { allBlocks, batchArea, batches, blockArea } from './blocks';
import { type Problem, pairInputs, pairInts, prepare } from './problem';
import { run } from './run';
import { ANCHORS, range } from './shaders/common';
import { CANDIDATES, COLLECT, streamOf } from './shaders/forward';
import { compute, flatUniforms, type Output, type WebglWorkspace } from './workspace';

/** Candidates of a chunk, at least: fewer would make the states of chunks the larger work. */
const LEAST_CHUNK = 64;
/** Chunks, at most: with N / 8 blocks of anchors, enough fragments for a graphics card. */
const MOST_CHUNKS = 32;

/** How the candidates are split, each chunk but the last a multiple of `CANDIDATES`. */
function chunking(m: number): { chunk: number; chunks: number } {
  const wanted = Math.max(LEAST_CHUNK, Math.ceil(m / MOST_CHUNKS));
  const chunk = Math.ceil(wanted / CANDIDATES) * CANDIDATES;
  return { chunk, chunks: Math.max(1, Math.ceil(m / chunk)) };
}

/** Equations 1 and 2 with their references and mean distances: a stream over chunks, then their sum. */
function forward(workspace: WebglWorkspace, problem: Problem, output: Output): void {
  const { device } = workspace;
  const { n, m, x, z, firstPoint, selfOffset, temperature } = problem;
  const { chunk, chunks } = chunking(m);
  // The two halves of a block are fragments of their own.
  const stride = 2 * chunks;
  const area = blockArea(n, stride);
  const states = workspace.textures(ANCHORS, area.width, area.height);
  for (const batch of batches(allBlocks(n), m, z.depth)) {
    run(device, streamOf(z.depth), {
      inputs: pairInputs(problem),
      ints: { ...pairInts(problem), chunk, chunks },
      outputs: states,
      area: batchArea(batch, stride),
    });
  }
  run(device, COLLECT, {
    inputs: {
      ...Object.fromEntries(range(ANCHORS).map((a) => [`state${a}`, states[a] ?? output.info])),
      ...{ xMarks: x.marks, xLabels: x.labels, zLabels: z.labels },
      temperature: temperature.info,
    },
    ints: {
      n,
      firstPoint,
      selfOffset,
      chunks,
      outWidth: output.width,
      ...flatUniforms('temperature', temperature),
    },
    outputs: [output.info],
    area: output,
  });
}

/** The kernel function of `SnnlNeighborLogSums`. */
export const logSums: KernelFunc = ({ inputs, attrs, backend }) => {
  const [n = 0] = input(inputs, 'anchors').shape;
  return compute(backend, [9, n], (workspace, output) =>
    forward(workspace, prepare(workspace, inputs, attrs), output),
  );
};
