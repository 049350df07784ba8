import {
  add,
  cast,
  div,
  equal,
  matMul,
  mean,
  minimum,
  mul,
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
import type { NeighborLogSumsInputs } from '../kernel-inputs';

/** Added to the score of an excluded pair: exp of it is 0 beside any finite score. */
const EXCLUDED = -1e38;

/** What every block of rows shares; all distances are in units of T. */
export interface Prepared {
  /** Centred anchors / sqrt(T), `[N, D]`. */
  readonly x: Tensor2D;
  /** Centred candidates / sqrt(T), `[M, D]`, and the same transposed, `[D, M]`. */
  readonly z: Tensor2D;
  readonly zT: Tensor2D;
  /** Squared norms of x `[N, 1]` and of z `[1, M]`. */
  readonly xNorm: Tensor2D;
  readonly zNorm: Tensor2D;
  /**
   * 0, or NaN for each anchor `[N, 1]` that sees a feature or temperature that is not finite.
   * Some backends drop NaN in `max` and `minimum`; adding this to a result brings it back.
   */
  readonly poison: Tensor2D;
  readonly anchorLabels: Tensor1D;
  readonly candidateLabels: Tensor2D;
  readonly temperature: Scalar;
  readonly selfOffset: number;
}

/**
 * {@link Prepared.poison} where there is no candidate; not every backend can compute with an
 * empty tensor.
 */
export function poisonWithoutCandidates({ anchors, temperature }: NeighborLogSumsInputs): Tensor2D {
  const scaled = div(anchors, sqrt(temperature));
  return mul(add(sum(square(scaled), 1, true), temperature), 0) as Tensor2D;
}

/** Centres and scales the features once for all blocks. Call it in a tidy. M >= 1. */
export function prepare(inputs: NeighborLogSumsInputs, selfOffset: number): Prepared {
  const { anchors, candidates, anchorLabels, candidateLabels, temperature } = inputs;
  const m = candidates.shape[0];
  const scale = sqrt(temperature);
  // Equation 8: only differences count, and float32 keeps them best near the origin.
  const center = mean(candidates, 0, true);
  const x = div(sub(anchors, center), scale) as Tensor2D;
  const z = div(sub(candidates, center), scale) as Tensor2D;
  const xNorm = sum(square(x), 1, true) as Tensor2D;
  const zNorm = reshape(sum(square(z), 1), [1, m]) as Tensor2D;
  // 0 times NaN or Infinity is NaN; an infinite temperature scales every feature to 0.
  const poison = add(mul(xNorm, 0), mul(add(sum(zNorm), temperature), 0)) as Tensor2D;
  return {
    x,
    z,
    zT: transpose(z),
    xNorm,
    zNorm,
    poison,
    anchorLabels,
    candidateLabels: reshape(candidateLabels, [1, m]),
    temperature,
    selfOffset,
  };
}

/** Scores s_ij = -d_ij / T of anchors `start` to `start + rows` with all candidates, `[rows, M]`. */
export function blockScores(p: Prepared, start: number, rows: number): Tensor2D {
  return tidy(() => {
    const x = mul(slice(p.x, [start, 0], [rows, -1]), 2) as Tensor2D;
    const xNorm = slice(p.xNorm, [start, 0], [rows, 1]);
    return minimum(sub(sub(matMul(x, p.zT), xNorm), p.zNorm), 0) as Tensor2D;
  });
}

/** `scores` with the pairs of a sample with itself excluded. */
export function withoutSelf(p: Prepared, scores: Tensor2D, start: number): Tensor2D {
  return tidy(() => {
    const [rows, m] = scores.shape;
    if (p.selfOffset < 0) return scores.clone();
    const first = start + p.selfOffset;
    const self = equal(
      reshape(range(first, first + rows, 1, 'int32'), [rows, 1]),
      reshape(range(0, m, 1, 'int32'), [1, m]),
    );
    return add(scores, mul(cast(self, 'float32'), EXCLUDED)) as Tensor2D;
  });
}

/** `scores` with the pairs of different classes excluded. */
export function withinClass(p: Prepared, scores: Tensor2D, start: number): Tensor2D {
  return tidy(() =>
    add(scores, mul(sub(sameClass(p, start, scores.shape[0]), 1), -EXCLUDED)),
  ) as Tensor2D;
}

/** 1 where anchor and candidate have the same class, else 0; a sample and itself included. */
export function sameClass(p: Prepared, start: number, rows: number): Tensor {
  return tidy(() => {
    const labels = reshape(slice(p.anchorLabels, start, rows), [rows, 1]);
    return cast(equal(labels, p.candidateLabels), 'float32');
  });
}
