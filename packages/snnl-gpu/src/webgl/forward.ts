import { allBlocks, batchArea, batches, blockArea } from './blocks';
import { place } from './flat';
import { COLLECT } from './glsl/collect';
import { ANCHORS, range } from './glsl/common';
import { CANDIDATES, streamOf } from './glsl/stream';
import type { Call } from './kernels';
import { run } from './pass';
import { pairInputs, pairInts } from './problem';

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
export function forward({ device, scratch, problem, output, outWidth, outHeight }: Call): void {
  const { n, m, x, z, firstPoint, selfOffset, temperature } = problem;
  const { chunk, chunks } = chunking(m);
  // The two halves of a block are fragments of their own.
  const stride = 2 * chunks;
  const area = blockArea(n, stride);
  const states = scratch.textures(ANCHORS, area.width, area.height);
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
      ...Object.fromEntries(range(ANCHORS).map((a) => [`state${a}`, states[a] ?? output])),
      xMarks: x.marks,
      temperature: temperature.info,
    },
    ints: { n, firstPoint, selfOffset, chunks, outWidth, ...place('temperature', temperature) },
    outputs: [output],
    area: { width: outWidth, height: outHeight },
  });
}
