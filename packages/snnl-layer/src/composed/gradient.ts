import {
  add,
  div,
  exp,
  matMul,
  minimum,
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
import {
  blockScores,
  type Prepared,
  poisonWithoutCandidates,
  prepare,
  withinClass,
  withoutSelf,
} from './scores';

/** Rows of anchorSums and candidateSums. */
const [A, B, UPSTREAM_A, UPSTREAM_B] = [0, 1, 2, 3];

/** One row of anchorSums as a column, or of candidateSums as a row, to spread over a block. */
type Spread = (row: number) => Tensor;

/**
 * `upstream * exp(scores - logSum)`, of the anchors and of the candidates as anchors. No score is
 * above its log-sum but by rounding; the clamp is for cells that WebGL pads a matrix with, whose
 * exp would be Infinity and whose product with 0 NaN.
 */
function weights(
  scores: Tensor2D,
  sides: readonly [Spread, Spread],
  logSum: number,
  upstream: number,
): Tensor2D {
  return tidy(() => {
    const [mine, theirs] = sides.map((side) =>
      mul(exp(minimum(sub(scores, side(logSum)), 0)), side(upstream)),
    ) as [Tensor, Tensor];
    return add(mine, theirs);
  });
}

function blockGradient(
  p: Prepared,
  sums: { anchor: Tensor2D; candidate: Tensor2D },
  start: number,
  rows: number,
): Tensor2D {
  const m = p.z.shape[0];
  const sides: [Spread, Spread] = [
    (row) => reshape(slice(sums.anchor, [row, start], [1, rows]), [rows, 1]),
    (row) => slice(sums.candidate, [row, 0], [1, m]),
  ];
  const all = tidy(() => withoutSelf(p, blockScores(p, start, rows), start));
  const pAll = weights(all, sides, A, UPSTREAM_A);
  const same = withinClass(p, all, start);
  all.dispose();
  const qSame = weights(same, sides, B, UPSTREAM_B);
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
    if (m === 0) return add(zeros([n, d]), poisonWithoutCandidates(inputs)) as Tensor2D;
    const p = prepare(inputs, selfOffset);
    const sums = { anchor: inputs.anchorSums, candidate: inputs.candidateSums };
    const scaled = overRowBlocks(n, m, blockPairs, 0, (start, rows) =>
      blockGradient(p, sums, start, rows),
    );
    // p.x and p.z are divided by sqrt(T) already.
    return add(mul(div(scaled, sqrt(inputs.temperature)), -2), p.poison) as Tensor2D;
  });
}
