import {
  abs,
  add,
  cast,
  div,
  engine,
  equal,
  max,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { UNIT_ROWS, UNIT_ROWS_GRAD } from './contract';
import { hasKernel, type KernelKind } from './kernel-choice';

const isZero = (x: Tensor): Tensor => cast(equal(x, 0), 'float32');

/**
 * Rows of `x` scaled to length 1, and 1 / |x|, from core tfjs ops, for any backend. Scaling by the
 * largest entry first keeps |x|^2 in range for rows as small as 1e-30 or as large as 1e30.
 */
function composed(x: Tensor2D): { units: Tensor2D; inverse: Tensor } {
  const largest = max(abs(x), 1, true);
  const zero = isZero(largest);
  const scaled = div(x, add(largest, zero));
  const length = sqrt(sum(square(scaled), 1, true));
  return {
    units: div(scaled, add(length, zero)),
    inverse: div(sub(1, zero), add(mul(length, largest), zero)),
  };
}

/**
 * Rows scaled to length 1: u = x / |x|. A zero row stays zero. No gradient flows through it.
 *
 * @param x float32 `[N, D]`, D >= 1.
 * @returns float32 `[N, D]`.
 * @see docs/math.md eq. 7.
 */
export function unitRows(x: Tensor2D, kind: KernelKind): Tensor2D {
  if (hasKernel(UNIT_ROWS, kind)) return engine().runKernel(UNIT_ROWS, { x }) as Tensor2D;
  return tidy(() => composed(x).units);
}

/** The gradient of {@link unitRows}: dx = (du - u (u . du)) / |x|, and 0 for a zero row. */
export function unitRowsGradient(x: Tensor2D, du: Tensor2D, kind: KernelKind): Tensor2D {
  if (hasKernel(UNIT_ROWS, kind)) {
    return engine().runKernel(UNIT_ROWS_GRAD, { x, dy: du }) as Tensor2D;
  }
  return tidy(() => {
    const { units, inverse } = composed(x);
    return mul(sub(du, mul(units, sum(mul(units, du), 1, true))), inverse);
  });
}
