import {
  add,
  concat,
  div,
  getBackend,
  greater,
  less,
  log,
  maximum,
  min,
  mul,
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
import type { NeighborLogSumsInputs } from '../contract';
import { ofLabelled } from './labelled';
import {
  blockDistances,
  classMask,
  DEFAULT_BLOCK_PAIRS,
  FARTHEST,
  othersMask,
  overRowBlocks,
  type Prepared,
  pairWeights,
  poisonWithoutCandidates,
  prepare,
} from './pairs';

/** Sums over the pairs under the mask, each `[rows, 1]`. */
interface RowSums {
  readonly logSum: Tensor;
  readonly mean: Tensor;
  readonly nearest: Tensor;
  readonly relative: Tensor;
}

/** The least value of each row, `[rows, 1]`. That of tfjs is no more than 1e20 on webgl. */
function least(values: Tensor): Tensor {
  const near = min(values, 1, true);
  if (getBackend() !== 'webgl') return near;
  const far = mul(min(mul(values, 2 ** -62), 1, true), 2 ** 62);
  return where(less(near, 1e19), near, far);
}

function rowSums({ temperature }: Prepared, distances: Tensor2D, mask: Tensor2D): RowSums {
  return tidy(() => {
    const nearest = least(maximum(distances, mul(sub(1, mask), FARTHEST)));
    const weights = pairWeights(distances, temperature, nearest, undefined, mask);
    const total = sum(weights, 1, true);
    const relative = log(total);
    const logSum = sub(relative, div(nearest, temperature));
    const mean = div(sum(mul(weights, distances), 1, true), total);
    return { logSum, mean, nearest, relative };
  });
}

function blockLogSums(p: Prepared, start: number, rows: number): Tensor2D {
  const distances = blockDistances(p, start, rows);
  const others = othersMask(p, start, rows);
  const all = rowSums(p, distances, others);
  const sameClass = classMask(p, others, start, rows);
  const same = rowSums(p, distances, sameClass);
  const count = sum(sameClass, 1, true);
  const has = { all: greater(sum(others, 1, true), 0), same: greater(count, 0) };
  const zero = zerosLike(count);
  const poison = slice(p.poison, [start, 0], [rows, 1]);
  const orZero = (some: Tensor, column: Tensor) => add(where(some, column, zero), poison);
  const columns = [
    orZero(has.all, all.logSum),
    orZero(has.same, same.logSum),
    orZero(has.all, all.mean),
    orZero(has.same, same.mean),
    count,
    orZero(has.all, all.nearest),
    orZero(has.all, all.relative),
    orZero(has.same, same.nearest),
    orZero(has.same, same.relative),
  ];
  const labels = slice(p.anchorLabels, start, rows);
  return transpose(ofLabelled(labels, concat(columns, 1) as Tensor2D)) as Tensor2D;
}

/** The result where every sum is empty. */
function emptySums(poison: Tensor2D): Tensor2D {
  const n = poison.shape[0];
  const row = transpose(poison);
  const poisoned = add(zeros([4, n]), row);
  return concat([poisoned, zeros([1, n]), poisoned], 0) as Tensor2D;
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
  if (n === 0) return zeros([9, 0]);
  return tidy(() => {
    if (m === 0) return emptySums(poisonWithoutCandidates(inputs));
    const p = prepare(inputs, selfOffset);
    // The only candidate is the anchor itself.
    if (m === 1 && selfOffset === 0) return emptySums(p.poison);
    return overRowBlocks(n, m, blockPairs, 1, (start, rows) => blockLogSums(p, start, rows));
  });
}
