import {
  add,
  div,
  exp,
  matMul,
  mul,
  reshape,
  slice,
  sqrt,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { NeighborLogSumsGradInputs } from '../kernel-inputs';
import { DEFAULT_BLOCK_PAIRS, overRowBlocks } from './blocks';
import { blockScores, type Prepared, prepare, withinClass, withoutSelf } from './scores';

/** Rows of anchorSums and candidateSums. */
const [A, B, UPSTREAM_A, UPSTREAM_B] = [0, 1, 2, 3];

/**
 * `upstream * exp(scores - logSum)` of the anchors (one value a row) plus, where candidates are
 * anchors too, of the candidates (one value a column).
 */
function weights(
  scores: Tensor2D,
  anchor: (row: number) => Tensor,
  candidate: ((row: number) => Tensor) | undefined,
  logSum: number,
  upstream: number,
): Tensor2D {
  return tidy(() => {
    const mine = mul(exp(sub(scores, anchor(logSum))), anchor(upstream));
    if (candidate === undefined) return mine as Tensor2D;
    return add(mine, mul(exp(sub(scores, candidate(logSum))), candidate(upstream))) as Tensor2D;
  });
}

function blockGradient(
  p: Prepared,
  sums: { anchor: Tensor2D; candidate: Tensor2D },
  start: number,
  rows: number,
): Tensor2D {
  const m = p.z.shape[0];
  const anchor = (row: number) => reshape(slice(sums.anchor, [row, start], [1, rows]), [rows, 1]);
  // Without self pairs no candidate is an anchor, and its upstream gradients are 0.
  const candidate =
    p.selfOffset < 0 ? undefined : (row: number) => slice(sums.candidate, [row, 0], [1, m]);
  const all = tidy(() => withoutSelf(p, blockScores(p, start, rows), start));
  const pAll = weights(all, anchor, candidate, A, UPSTREAM_A);
  const same = withinClass(p, all, start);
  all.dispose();
  const qSame = weights(same, anchor, candidate, B, UPSTREAM_B);
  same.dispose();
  const w = add(pAll, qSame) as Tensor2D;
  pAll.dispose();
  qSame.dispose();
  const x = slice(p.x, [start, 0], [rows, -1]);
  return sub(mul(x, sum(w, 1, true)), matMul(w, p.z)) as Tensor2D;
}

/**
 * `SnnlNeighborLogSumsGrad` from core tfjs ops, over blocks of rows; memory as composedLogSums.
 * Equation 5 of docs/math.md, with W = -T G: dL/dx_i = -2/T (x_i rowsum(W)_i - (W z)_i).
 */
export function composedLogSumsGrad(
  inputs: NeighborLogSumsGradInputs,
  selfOffset: number,
  blockPairs = DEFAULT_BLOCK_PAIRS,
): Tensor2D {
  const [n, d] = inputs.anchors.shape;
  const m = inputs.candidates.shape[0];
  if (n === 0) return zeros([0, d]);
  return tidy(() => {
    const p = prepare(inputs, selfOffset);
    const sums = { anchor: inputs.anchorSums, candidate: inputs.candidateSums };
    const scaled =
      m === 0
        ? (zeros([n, d]) as Tensor2D)
        : overRowBlocks(n, m, blockPairs, 0, (start, rows) => blockGradient(p, sums, start, rows));
    // p.x and p.z are divided by sqrt(T) already.
    return add(mul(div(scaled, sqrt(inputs.temperature)), -2), p.poison) as Tensor2D;
  });
}
