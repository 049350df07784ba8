import { engine, ready, setBackend, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { KernelAdapter, OptionalKernel } from './adapter.js';

/**
 * The adapter for kernels that are registered for `backend` under their global names.
 *
 * @param prepare Registers them; called before the backend is set.
 * @param optional Those that the backend must have besides the two.
 */
export function registeredKernels(
  backend: string,
  prepare: () => unknown | Promise<unknown>,
  optional: readonly OptionalKernel[] = [],
): KernelAdapter {
  const run = (kernel: string, inputs: object, selfOffset: number, oneBatch = false) =>
    engine().runKernel(kernel, { ...inputs }, { selfOffset, oneBatch }) as Tensor2D;
  return {
    async setup() {
      await prepare();
      if (!(await setBackend(backend))) throw new Error(`The backend ${backend} did not start.`);
      await ready();
    },
    forward: (...call) => run('SnnlNeighborLogSums', ...call),
    gradient: (...call) => run('SnnlNeighborLogSumsGrad', ...call),
    optional: Object.fromEntries(
      optional.map((kernel) => [
        kernel,
        (inputs: object, attrs: object) =>
          engine().runKernel(kernel, { ...inputs }, { ...attrs }) as Tensor | Tensor[],
      ]),
    ),
  };
}
