import { ANCHORS, BLOCKS_HIGH } from './glsl/common';

/** Multiplications and additions that one draw may do: a browser stops draws of seconds. */
const DRAW_WORK = 2 ** 31;

/** Blocks of anchors that one draw works on, in one column of the texture. */
export interface Batch {
  readonly first: number;
  readonly count: number;
}

const blockCount = (n: number): number => Math.ceil(n / ANCHORS);

/** The size of a texture with `stride` texels for each block of anchors. */
export function blockArea(n: number, stride: number): { width: number; height: number } {
  const blocks = blockCount(n);
  return {
    width: stride * Math.ceil(blocks / BLOCKS_HIGH),
    height: Math.min(blocks, BLOCKS_HIGH),
  };
}

/** Where the texels of a batch lie in a texture of {@link blockArea}. */
export function batchArea({ first, count }: Batch, stride: number) {
  const x = Math.floor(first / BLOCKS_HIGH) * stride;
  return { x, y: first % BLOCKS_HIGH, width: stride, height: count };
}

/** All blocks of `n` anchors in batches of at most `most`, and within the work for one draw. */
export function batches(n: number, m: number, depth: number, most = BLOCKS_HIGH): Batch[] {
  const perBlock = Math.max(1, m) * ANCHORS * (4 * depth + 64);
  const size = Math.max(1, Math.min(most, BLOCKS_HIGH, Math.floor(DRAW_WORK / perBlock)));
  const blocks = blockCount(n);
  const parts: Batch[] = [];
  for (let first = 0; first < blocks; ) {
    const inColumn = BLOCKS_HIGH - (first % BLOCKS_HIGH);
    const count = Math.min(size, inColumn, blocks - first);
    parts.push({ first, count });
    first += count;
  }
  return parts;
}
