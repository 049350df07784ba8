import {
  add,
  dispose,
  div,
  matMul,
  mul,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { NeighborLogSumsGradInputs } from '../contract';
import { ofLabelled } from './labelled';
import {
  blockDistances,
  classMask,
  DEFAULT_BLOCK_PAIRS,
  othersMask,
  overRowBlocks,
  type Prepared,
  pairWeights,
  poisonWithoutCandidates,
  prepare,
} from './pairs';

/** One row of anchorSums as a column, or of candidateSums as a row, to spread over a block. */
type Spread = (row: number) => Tensor;

/** Rows of anchorSums and candidateSums: where the references of a sum start, and its upstream. */
const ALL = { references: 0, upstream: 4 };
const SAME = { references: 2, upstream: 5 };

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
  const distances = blockDistances(p, start, rows);
  const others = othersMask(p, start, rows);
  const sameClass = classMask(p, others, start, rows);
  /** Weights times upstream gradients, of the anchors and of the candidates as anchors. */
  const weighted = ({ references, upstream }: typeof ALL, mask: Tensor2D) =>
    tidy(() => {
      const [mine, theirs] = sides.map((side) => {
        const [nearest, relative] = [side(references), side(references + 1)];
        const weights = pairWeights(distances, p.temperature, nearest, relative, mask);
        return mul(weights, side(upstream));
      }) as [Tensor2D, Tensor2D];
      return add(mine, theirs) as Tensor2D;
    });
  const ofAll = weighted(ALL, others);
  const ofSame = weighted(SAME, sameClass);
  const w = add(ofAll, ofSame) as Tensor2D;
  dispose([distances, others, sameClass, ofAll, ofSame]);
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
    const gradient = add(mul(div(scaled, inputs.temperature), -2), p.poison) as Tensor2D;
    return ofLabelled(inputs.anchorLabels, gradient);
  });
}
