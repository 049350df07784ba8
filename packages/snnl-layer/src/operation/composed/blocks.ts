import { concat, type Tensor2D, tidy } from '@tensorflow/tfjs-core';

/**
 * Pairs that one block of rows may hold; a block lives in a handful of `[rows, M]` float32
 * matrices, so 2^20 pairs are some 25 MB.
 */
export const DEFAULT_BLOCK_PAIRS = 2 ** 20;

/** Computes `block(start, rows)` over all anchors and joins the results along `axis`. */
export function overRowBlocks(
  anchors: number,
  candidates: number,
  blockPairs: number,
  axis: 0 | 1,
  block: (start: number, rows: number) => Tensor2D,
): Tensor2D {
  const rows = Math.max(1, Math.floor(blockPairs / candidates));
  const parts: Tensor2D[] = [];
  for (let start = 0; start < anchors; start += rows) {
    const count = Math.min(rows, anchors - start);
    parts.push(tidy(() => block(start, count)));
  }
  const joined = concat(parts, axis);
  for (const part of parts) part.dispose();
  return joined;
}
