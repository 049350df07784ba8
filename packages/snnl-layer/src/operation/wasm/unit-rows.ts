import type { KernelBackend, KernelFunc } from '@tensorflow/tfjs-core';
import { create, input, read } from '../host/tensor-io';
import { Arena } from './arena';
import { withRuntime } from './current-runtime';

// tfjs takes some 100 ns for each element of [N, D] that meets one of [N, 1] on these backends, as
// much as all the rest of a small batch.

/** `SnnlUnitRows`: input x [N, D]; x / |x|, 0 for a row of zeros, NaN for one that is not finite. */
export const unitRowsKernel: KernelFunc = ({ inputs, backend }) => {
  const [n = 0, d = 0] = input(inputs, 'x').shape;
  return create(backend as KernelBackend, [n, d], (result) => {
    const values = read(backend as KernelBackend, inputs, 'x', Float32Array);
    withRuntime((runtime) => {
      const arena = new Arena();
      const [x, out] = [arena.take(n * d), arena.take(n * d)];
      runtime.reserve(arena.end);
      const { floats } = runtime.views();
      floats.set(values, x / 4);
      runtime.kernels.unitRows(x, n, d, out);
      result.set(floats.subarray(out / 4, out / 4 + n * d));
    });
  });
};

/** `SnnlUnitRowsGrad`: inputs x and dy [N, D]; (dy - u (u . dy)) / |x| with u = x / |x|. */
export const unitRowsGradKernel: KernelFunc = ({ inputs, backend }) => {
  const [n = 0, d = 0] = input(inputs, 'x').shape;
  return create(backend as KernelBackend, [n, d], (result) => {
    const values = read(backend as KernelBackend, inputs, 'x', Float32Array);
    const upstream = read(backend as KernelBackend, inputs, 'dy', Float32Array);
    withRuntime((runtime) => {
      const arena = new Arena();
      const [x, dy, out] = [arena.take(n * d), arena.take(n * d), arena.take(n * d)];
      runtime.reserve(arena.end);
      const { floats } = runtime.views();
      floats.set(values, x / 4);
      floats.set(upstream, dy / 4);
      runtime.kernels.unitRowsGrad(x, dy, n, d, out);
      result.set(floats.subarray(out / 4, out / 4 + n * d));
    });
  });
};
