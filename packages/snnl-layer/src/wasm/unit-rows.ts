import type { KernelBackend, KernelFunc } from '@tensorflow/tfjs-core';
import { create, input, read } from './tensor-io';

// tfjs takes some 100 ns for each element of [N, D] that meets one of [N, 1] on these backends. These
// loops take 2 ns. Sums are float64, so no square overflows or vanishes.

/** `SnnlUnitRows`: input x [N, D]; x / |x|, 0 for a row of zeros, NaN for one that is not finite. */
export const unitRowsKernel: KernelFunc = ({ inputs, backend }) => {
  const [n = 0, d = 0] = input(inputs, 'x').shape;
  return create(backend as KernelBackend, [n, d], (out) => {
    const x = read(backend as KernelBackend, inputs, 'x', Float32Array);
    for (let start = 0; start < n * d; start += d) {
      const inverse = inverseLength(x, start, d);
      for (let k = start; k < start + d; k++) out[k] = (x[k] ?? 0) * inverse;
    }
  });
};

/** `SnnlUnitRowsGrad`: inputs x and dy [N, D]; (dy - u (u . dy)) / |x| with u = x / |x|. */
export const unitRowsGradKernel: KernelFunc = ({ inputs, backend }) => {
  const [n = 0, d = 0] = input(inputs, 'x').shape;
  return create(backend as KernelBackend, [n, d], (out) => {
    const x = read(backend as KernelBackend, inputs, 'x', Float32Array);
    const dy = read(backend as KernelBackend, inputs, 'dy', Float32Array);
    for (let start = 0; start < n * d; start += d) {
      const inverse = inverseLength(x, start, d);
      const along = rowProduct(x, dy, start, d) * inverse * inverse;
      for (let k = start; k < start + d; k++) {
        out[k] = ((dy[k] ?? 0) - (x[k] ?? 0) * along) * inverse;
      }
    }
  });
};

/** 1 / |x| of a row, 0 where |x| is, NaN where it is not finite. */
function inverseLength(x: Float32Array, start: number, d: number): number {
  const square = rowProduct(x, x, start, d);
  if (square === 0) return 0;
  return Number.isFinite(square) ? 1 / Math.sqrt(square) : Number.NaN;
}

/** x . y of one row. */
function rowProduct(x: Float32Array, y: Float32Array, start: number, d: number): number {
  let sum = 0;
  for (let k = start; k < start + d; k++) sum += (x[k] ?? 0) * (y[k] ?? 0);
  return sum;
}
