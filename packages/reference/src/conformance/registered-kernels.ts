import { engine, ready, setBackend, type Tensor2D } from '@tensorflow/tfjs-core';
import type { KernelAdapter } from './adapter.js';

/**
 * The adapter for kernels that are registered for `backend` under their global names.
 *
 * @param prepare Registers them; called before the backend is set.
 * @param cross Whether `SnnlCrossLogSums` is among them.
 */
export function registeredKernels(
  backend: string,
  prepare: () => unknown | Promise<unknown>,
  { cross = false }: { readonly cross?: boolean } = {},
): KernelAdapter {
  const run = (kernel: string, inputs: object, selfOffset: number) =>
    engine().runKernel(kernel, { ...inputs }, { selfOffset }) as Tensor2D;
  return {
    async setup() {
      await prepare();
      if (!(await setBackend(backend))) throw new Error(`The backend ${backend} did not start.`);
      await ready();
    },
    forward: (inputs, selfOffset) => run('SnnlNeighborLogSums', inputs, selfOffset),
    gradient: (inputs, selfOffset) => run('SnnlNeighborLogSumsGrad', inputs, selfOffset),
    ...(cross && { cross: (inputs) => run('SnnlCrossLogSums', inputs, -1) }),
  };
}
