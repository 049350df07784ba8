import {
  abs,
  add,
  cast,
  customGrad,
  div,
  engine,
  equal,
  type GradSaveFunc,
  getBackend,
  getKernel,
  max,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { type KernelChoice, resolveKernel } from './kernel-choice';
import { UNIT_ROWS, UNIT_ROWS_GRAD } from './kernel-names';

const isZero = (x: Tensor): Tensor => cast(equal(x, 0), 'float32');

/**
 * From core tfjs ops, for any backend. Scaling by the largest entry first keeps |x|^2 in range for
 * rows as small as 1e-30 or as large as 1e30.
 */
function composedUnitRows(rows: Tensor2D): Tensor2D {
  return customGrad((x, save) => {
    const largest = max(abs(x as Tensor), 1, true);
    const zero = isZero(largest);
    const scaled = div(x as Tensor, add(largest, zero));
    const length = sqrt(sum(square(scaled), 1, true));
    const value = div(scaled, add(length, zero)) as Tensor2D;
    // 1 / |x|, and 0 for a zero row.
    const inverse = div(sub(1, zero), add(mul(length, largest), zero));
    (save as GradSaveFunc)([value, inverse]);
    return {
      value,
      gradFunc: (dy: Tensor2D, saved: Tensor[]) => {
        const [u, scale] = saved as [Tensor2D, Tensor2D];
        return mul(sub(dy, mul(u, sum(mul(u, dy), 1, true))), scale);
      },
    };
  })(rows) as Tensor2D;
}

/** By the kernels that `backend` has registered. */
function fusedUnitRows(rows: Tensor2D): Tensor2D {
  const run = (kernel: string, inputs: object) =>
    engine().runKernel(kernel, { ...inputs }) as Tensor2D;
  return customGrad((x, save) => {
    (save as GradSaveFunc)([x as Tensor]);
    return {
      value: run(UNIT_ROWS, { x }),
      gradFunc: (dy: Tensor2D, [saved]: Tensor[]) => run(UNIT_ROWS_GRAD, { x: saved, dy }),
    };
  })(rows) as Tensor2D;
}

/**
 * Rows scaled to length 1: u = x / |x|, dx = (du - u (u . du)) / |x|. A zero row stays zero and
 * gets zero gradient.
 *
 * @param rows float32 `[N, D]`, D >= 1.
 * @param kernel `composed` runs no fused kernel.
 * @returns float32 `[N, D]`.
 * @see docs/math.md eq. 7.
 */
export function unitRows(rows: Tensor2D, kernel: KernelChoice): Tensor2D {
  const backend = getBackend();
  const fused = resolveKernel(kernel, backend) === 'fused' && getKernel(UNIT_ROWS, backend) != null;
  return fused ? fusedUnitRows(rows) : composedUnitRows(rows);
}
