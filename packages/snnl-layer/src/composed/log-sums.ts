import {
  add,
  concat,
  div,
  exp,
  greater,
  log,
  max,
  mul,
  neg,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
  transpose,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { NeighborLogSumsInputs } from '../kernel-inputs';
import { DEFAULT_BLOCK_PAIRS, overRowBlocks } from './blocks';
import {
  blockScores,
  type Prepared,
  poisonWithoutCandidates,
  prepare,
  sameClass,
  withinClass,
  withoutSelf,
} from './scores';

/** `log sum_j exp(s_ij)` and `sum_j softmax(s)_ij d_ij` over each row, both `[rows, 1]`. */
function rowSums(p: Prepared, scores: Tensor2D): [logSum: Tensor, meanDistance: Tensor] {
  return tidy(() => {
    const top = max(scores, 1, true);
    const weights = exp(sub(scores, top));
    const total = sum(weights, 1, true);
    // An excluded pair has weight 0 and a score that is finite, so it adds nothing.
    const meanScore = div(sum(mul(weights, scores), 1, true), total);
    return [add(top, log(total)), mul(meanScore, neg(p.temperature))];
  });
}

function blockLogSums(p: Prepared, start: number, rows: number): Tensor2D {
  const count = sub(sum(sameClass(p, start, rows), 1, true), p.selfOffset >= 0 ? 1 : 0);
  const all = tidy(() => withoutSelf(p, blockScores(p, start, rows), start));
  const [logSumAll, meanAll] = rowSums(p, all);
  const same = withinClass(p, all, start);
  all.dispose();
  const [logSumSame, meanSame] = rowSums(p, same);
  same.dispose();
  const hasSame = greater(count, 0);
  const zero = zerosLike(count);
  const poison = slice(p.poison, [start, 0], [rows, 1]);
  const columns = [logSumAll, where(hasSame, logSumSame, zero), meanAll].concat(
    where(hasSame, meanSame, zero),
  );
  return transpose(concat([...columns.map((c) => add(c, poison)), count], 1)) as Tensor2D;
}

/** The result where every sum is empty. */
function emptySums(poison: Tensor2D): Tensor2D {
  const n = poison.shape[0];
  return concat([add(zeros([4, n]), transpose(poison)), zeros([1, n])], 0) as Tensor2D;
}

/**
 * `SnnlNeighborLogSums` from core tfjs ops, over blocks of rows; memory O(blockPairs + N + M).
 * Runs on every backend. Equations 1 to 4 and 8 of docs/math.md.
 */
export function composedLogSums(
  inputs: NeighborLogSumsInputs,
  selfOffset: number,
  blockPairs = DEFAULT_BLOCK_PAIRS,
): Tensor2D {
  const n = inputs.anchors.shape[0];
  const m = inputs.candidates.shape[0];
  if (n === 0) return zeros([5, 0]);
  return tidy(() => {
    if (m === 0) return emptySums(poisonWithoutCandidates(inputs));
    const p = prepare(inputs, selfOffset);
    // The only candidate is the anchor itself.
    if (m === 1 && selfOffset === 0) return emptySums(p.poison);
    return overRowBlocks(n, m, blockPairs, 1, (start, rows) => blockLogSums(p, start, rows));
  });
}
