import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { composedLogSumsGrad } from '../operation/composed/gradient';
import { composedLogSums } from '../operation/composed/log-sums';
import {
  BATCH_LOSS,
  BATCH_LOSS_GRAD,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  type NeighborLogSumsGradInputs,
} from '../operation/contract';
import { useBackend } from './backends';

const BARE = 'bare';

/** A backend with all kernels of `cpu` but ours; see {@link registerCountingKernels}. */
export async function useBareBackend(): Promise<string> {
  if (tf.findBackend(BARE) === null) {
    tf.copyRegisteredKernels('cpu', BARE);
    tf.registerBackend(BARE, () => new MathBackendCPU());
  }
  unregisterKernels();
  await useBackend(BARE);
  return BARE;
}

export function unregisterKernels(): void {
  for (const name of [NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD, BATCH_LOSS, BATCH_LOSS_GRAD]) {
    if (tf.getKernel(name, BARE) != null) tf.unregisterKernel(name, BARE);
  }
}

/** Gives the bare backend both kernels; returns the growing list of the kernels that ran. */
export function registerCountingKernels(): string[] {
  const calls: string[] = [];
  for (const [kernelName, run] of [
    [NEIGHBOR_LOG_SUMS, composedLogSums],
    [NEIGHBOR_LOG_SUMS_GRAD, composedLogSumsGrad],
  ] as const) {
    tf.registerKernel({
      kernelName,
      backendName: BARE,
      kernelFunc: ({ inputs, attrs }) => {
        calls.push(kernelName);
        return run(inputs as object as NeighborLogSumsGradInputs, attrs?.selfOffset as number);
      },
    });
  }
  return calls;
}
