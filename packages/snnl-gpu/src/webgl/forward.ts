import { allBlocks, batchArea, batches, blockArea } from './blocks';
import { place } from './flat';
import { COLLECT, COUNT } from './glsl/collect';
import { ANCHORS, CANDIDATES, range } from './glsl/common';
import { STREAM } from './glsl/stream';
import type { Call } from './kernels';
import { run } from './pass';
import { vectorArea } from './points';
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

/** Equations 1, 2 and the mean distances: a stream over chunks of candidates, then their sum. */
export function forward({ device, scratch, problem, output, outWidth, outHeight }: Call): void {
  const { n, m, x, z, firstPoint, selfOffset, temperature } = problem;
  const { chunk, chunks } = chunking(m);
  const area = blockArea(n, chunks);
  const states = scratch.textures(ANCHORS, area.width, area.height);
  for (const batch of batches(allBlocks(n), m, z.depth)) {
    run(device, STREAM, {
      inputs: pairInputs(problem),
      ints: { ...pairInts(problem), chunk, chunks },
      outputs: states,
      area: batchArea(batch, chunks),
    });
  }
  const vector = vectorArea(n);
  const counts = scratch.texture(vector.width, vector.height);
  run(device, COUNT, {
    inputs: { xLabels: x.labels, zLabels: z.labels },
    ints: { n, m, firstPoint, selfOffset },
    outputs: [counts],
    area: vector,
  });
  run(device, COLLECT, {
    inputs: {
      ...Object.fromEntries(range(ANCHORS).map((a) => [`state${a}`, states[a] ?? output])),
      xNorms: x.norms,
      counts,
      temperature: temperature.info,
    },
    ints: { n, firstPoint, chunks, outWidth, ...place('temperature', temperature) },
    outputs: [output],
    area: { width: outWidth, height: outHeight },
  });
}
