import { getBackend } from '@tensorflow/tfjs-core';
import { register } from 'snnl-gpu';
import { type KernelStatus, kernelStatus, registerCpuKernels } from 'snnl-layer';

/** Registers the fused kernels of the current backend and says which form of the loss runs. */
export async function useKernels(): Promise<KernelStatus> {
  registerCpuKernels();
  await register();
  return kernelStatus(getBackend());
}
