import {
  add,
  cast,
  concat,
  div,
  equal,
  exp,
  matMul,
  maximum,
  minimum,
  mul,
  notEqual,
  ones,
  range,
  reshape,
  type Scalar,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import type { NeighborLogSumsInputs } from '../contract';
import { labelMask, ofLabelled } from './labelled';

/**
 * Distances beyond it count as it, and pairs that do not count are as far: Infinity times a weight of 0
 * would be NaN.
 */
export const FARTHEST = 3e38;

/**
 * Features that one sum runs over. Some backends add one after the other, and the rounding of such a
 * sum grows with its length.
 */
const FEATURES_AT_ONCE = 2048;

/** `part(start, width)` over all `d` features, added up. */
function overFeatures(d: number, part: (start: number, width: number) => Tensor): Tensor {
  let total = part(0, Math.min(d, FEATURES_AT_ONCE));
  for (let start = FEATURES_AT_ONCE; start < d; start += FEATURES_AT_ONCE) {
    total = add(total, part(start, Math.min(d - start, FEATURES_AT_ONCE)));
  }
  return total;
}

/** Columns `start` to `start + width`; the tensor itself where those are all. */
const columns = (x: Tensor2D, start: number, width: number): Tensor2D =>
  width === x.shape[1] ? x : slice(x, [0, start], [-1, width]);

/** Squared length of each row, `[rows, 1]`. */
const squaredNorms = (x: Tensor2D): Tensor2D =>
  overFeatures(x.shape[1], (start, width) =>
    sum(square(columns(x, start, width)), 1, true),
  ) as Tensor2D;

/** What every block of rows shares. */
export interface Prepared {
  /** Centred anchors `[N, D]`. */
  readonly x: Tensor2D;
  /** Centred candidates `[M, D]`, and the same transposed, `[D, M]`. */
  readonly z: Tensor2D;
  readonly zT: Tensor2D;
  /** Squared norms of x `[N, 1]` and of z `[1, M]`. */
  readonly xNorm: Tensor2D;
  readonly zNorm: Tensor2D;
  /**
   * 0, or NaN for each anchor with a label `[N, 1]` that sees a feature or temperature that is not finite.
   * Some backends drop NaN in `max` and `minimum`; adding this to a result brings it back.
   */
  readonly poison: Tensor2D;
  readonly anchorLabels: Tensor1D;
  readonly candidateLabels: Tensor2D;
  /** 1 for each candidate that has a label, 0 for others, `[1, M]`. */
  readonly isCandidate: Tensor2D;
  readonly temperature: Scalar;
  readonly selfOffset: number;
}

/** 0, or NaN for a temperature that is not positive and finite. */
function temperaturePoison(temperature: Scalar): Tensor {
  // The square root is NaN below 0, one of the two is infinite at 0 and at infinity. (0 over 0 is 1 on
  // webgl.)
  return mul(add(div(1, temperature), sqrt(temperature)), 0);
}

/**
 * {@link Prepared.poison} where there is no candidate; not every backend can compute with an
 * empty tensor.
 */
export function poisonWithoutCandidates(inputs: NeighborLogSumsInputs): Tensor2D {
  const norm = sum(square(inputs.anchors), 1, true);
  const poison = add(mul(norm, 0), temperaturePoison(inputs.temperature)) as Tensor2D;
  return ofLabelled(inputs.anchorLabels, poison);
}

/** Centres the features once for all blocks. Call it in a tidy. M >= 1. */
export function prepare(inputs: NeighborLogSumsInputs, selfOffset: number): Prepared {
  const { anchors, candidates, anchorLabels, candidateLabels, temperature } = inputs;
  const m = candidates.shape[0];
  // Equation 8: only differences count, and float32 keeps them best near the origin.
  const isCandidate = reshape(labelMask(candidateLabels), [1, m]) as Tensor2D;
  // Samples without a label only have to be finite: no pair of theirs counts.
  const kept = ofLabelled(candidateLabels, candidates);
  const center = div(sum(kept, 0, true), maximum(sum(isCandidate), 1));
  const z = sub(kept, center) as Tensor2D;
  const zNorms = squaredNorms(z);
  const isOne = anchors === candidates && anchorLabels === candidateLabels;
  const x = isOne ? z : (sub(ofLabelled(anchorLabels, anchors), center) as Tensor2D);
  const xNorm = isOne ? zNorms : squaredNorms(x);
  const zNorm = reshape(zNorms, [1, m]) as Tensor2D;
  const ofAll = add(mul(sum(zNorm), 0), temperaturePoison(temperature));
  const poison = ofLabelled(anchorLabels, add(mul(xNorm, 0), ofAll) as Tensor2D);
  return {
    x,
    z,
    zT: transpose(z),
    xNorm,
    zNorm,
    poison,
    anchorLabels,
    candidateLabels: reshape(candidateLabels, [1, m]),
    isCandidate,
    temperature,
    selfOffset,
  };
}

/** Distances d_ij of anchors `start` to `start + rows` to all candidates, `[rows, M]`. */
export function blockDistances(p: Prepared, start: number, rows: number): Tensor2D {
  return tidy(() => {
    const x = mul(slice(p.x, [start, 0], [rows, -1]), 2) as Tensor2D;
    const xNorm = slice(p.xNorm, [start, 0], [rows, 1]);
    const [d, m] = p.zT.shape;
    const products = overFeatures(d, (from, width) =>
      matMul(columns(x, from, width), width === d ? p.zT : slice(p.zT, [from, 0], [width, m])),
    );
    const distances = sub(add(xNorm, p.zNorm), products);
    return minimum(maximum(distances, 0), FARTHEST) as Tensor2D;
  });
}

/**
 * 1 for each candidate with a label, 0 for others and for the anchor itself, `[rows, M]`. That the anchor
 * has a label is left to who joins the blocks.
 */
export function othersMask(p: Prepared, start: number, rows: number): Tensor2D {
  return tidy(() => {
    // Of cells that webgl pads a matrix with, a mask of ones makes zeros.
    if (p.selfOffset < 0) return mul(ones([rows, p.z.shape[0]]), p.isCandidate) as Tensor2D;
    const first = start + p.selfOffset;
    const [m] = p.z.shape;
    const isOther = notEqual(
      reshape(range(first, first + rows, 1, 'int32'), [rows, 1]),
      reshape(range(0, m, 1, 'int32'), [1, m]),
    );
    return mul(cast(isOther, 'float32'), p.isCandidate) as Tensor2D;
  });
}

/** 1 for each pair that counts within the class, `[rows, M]`. */
export function classMask(p: Prepared, others: Tensor2D, start: number, rows: number): Tensor2D {
  return tidy(() => {
    const labels = reshape(slice(p.anchorLabels, start, rows), [rows, 1]);
    const same = cast(equal(labels, p.candidateLabels), 'float32') as Tensor2D;
    return mul(same, others);
  });
}

/**
 * exp((nearest - d) / T - relative) of the pairs under the mask, 0 for others. No
 * pair that counts is nearer than the nearest; the clamp is for those that do not count, and for
 * cells that WebGL pads a matrix with, whose exp would be Infinity, and 0 times that NaN.
 */
export function pairWeights(
  distances: Tensor2D,
  temperature: Scalar,
  nearest: Tensor,
  relative: Tensor | undefined,
  mask: Tensor2D,
): Tensor2D {
  return tidy(() => {
    const exponents = div(sub(nearest, distances), temperature);
    const shifted = relative === undefined ? exponents : sub(exponents, relative);
    return mul(exp(minimum(shifted, 0)), mask) as Tensor2D;
  });
}

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
