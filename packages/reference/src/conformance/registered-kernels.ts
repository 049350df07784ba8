import { engine, ready, setBackend, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { KernelAdapter } from './adapter.js';

/**
 * The adapter for kernels that are registered for `backend` under their global names.
 *
 * @param prepare Registers them; called before the backend is set.
 * @param cross Whether `SnnlCrossLogSums` is among them; `batch`: whether `SnnlBatchLoss` and its gradient.
 */
export function registeredKernels(
  backend: string,
  prepare: () => unknown | Promise<unknown>,
  { cross = false, batch = false }: { readonly cross?: boolean; readonly batch?: boolean } = {},
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
    ...(batch && batchKernels),
    ...(cross && { cross: (inputs) => run('SnnlCrossLogSums', inputs, -1) }),
  };
}

/** The kernels of a whole batch, on the current backend. */
export const batchKernels: Required<Pick<KernelAdapter, 'batch' | 'batchGradient'>> = {
  batch: (inputs, attrs) =>
    engine().runKernel('SnnlBatchLoss', { ...inputs }, { ...attrs }) as object as Tensor[],
  batchGradient: (inputs, attrs, [, sums, residual], dy) => {
    if (sums === undefined) throw new Error('Expected SnnlBatchLoss to give loss and sums.');
    const given = { ...inputs, sums, dy, ...(residual && { residual }) };
    return engine().runKernel('SnnlBatchLossGrad', given, { ...attrs }) as Tensor2D;
  },
};
