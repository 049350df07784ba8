import { ANCHORS, BLOCKS_HIGH } from './shaders/common';

/** Multiplications and additions that one draw may do: a browser stops draws of seconds. */
const DRAW_WORK = 2 ** 31;

/** Some blocks of anchors, one after the other. */
export interface Blocks {
  readonly first: number;
  readonly count: number;
}

/** The blocks of `n` anchors. */
export const allBlocks = (n: number): Blocks => ({ first: 0, count: Math.ceil(n / ANCHORS) });

/** The size of a texture with `stride` texels for each block of anchors. */
export function blockArea(n: number, stride: number): { width: number; height: number } {
  const blocks = allBlocks(n).count;
  return {
    width: stride * Math.ceil(blocks / BLOCKS_HIGH),
    height: Math.min(blocks, BLOCKS_HIGH),
  };
}

/** Where the texels of a batch lie in a texture of {@link blockArea}. */
export function batchArea({ first, count }: Blocks, stride: number) {
  const x = Math.floor(first / BLOCKS_HIGH) * stride;
  return { x, y: first % BLOCKS_HIGH, width: stride, height: count };
}

/**
 * Blocks in batches for one draw each: at most `most`, in one column of the texture, and within the
 * work for one draw, with `m` candidates each.
 */
export function batches(
  { first, count }: Blocks,
  m: number,
  depth: number,
  most = BLOCKS_HIGH,
): Blocks[] {
  const perBlock = Math.max(1, m) * ANCHORS * (4 * depth + 64);
  const size = Math.max(1, Math.min(most, BLOCKS_HIGH, Math.floor(DRAW_WORK / perBlock)));
  const end = first + count;
  const parts: Blocks[] = [];
  for (let next = first; next < end; ) {
    const inColumn = BLOCKS_HIGH - (next % BLOCKS_HIGH);
    const taken = Math.min(size, inColumn, end - next);
    parts.push({ first: next, count: taken });
    next += taken;
  }
  return parts;
}
