import { findBackend, getKernel, registerKernel } from '@tensorflow/tfjs-core';
import type { KernelStatus } from 'snnl-layer';
import { errorMessage } from '../errors';
import { loadBinary, type NativeRegistration, packageRoot } from './binary';
import { isTensorflowBackend, TENSORFLOW_CPU_KERNELS, TENSORFLOW_KERNELS } from './kernels';

/** What is active, in words. */
function describe(native: NativeRegistration, origin: string, onGpu: boolean): string {
  const { tensorflowVersion, instructionSet, threads, gpu, gpuReason } = native;
  const library = `${origin}, libtensorflow ${tensorflowVersion}`;
  if (onGpu) return `${library}, CUDA kernels`;
  const cpu = `CPU kernels ${instructionSet} on ${threads} thread${threads === 1 ? '' : 's'}`;
  const cuda = gpu ? 'CUDA kernels for tfjs-node-gpu' : `no CUDA kernels: ${gpuReason}`;
  return `${library}, ${cpu}, ${cuda}`;
}

/**
 * Registers the native kernels for the backend `tensorflow` of tfjs-node or tfjs-node-gpu, which has
 * to be loaded. May be called again, in worker threads too.
 *
 * @param root Folder in which to look for the binary; by default that of this package.
 * @returns Whether they run, and on what; where they do not, the composed form stays in use and the
 *   reason says why. Never throws.
 */
export async function registerTensorflow(root?: string): Promise<KernelStatus> {
  const none = (reason: string): KernelStatus => ({ fused: false, reason });
  try {
    const backend = findBackend('tensorflow');
    if (backend == null) return none("the backend 'tensorflow' is not loaded");
    if (!isTensorflowBackend(backend)) {
      return none("the backend 'tensorflow' of this process is not that of tfjs-node");
    }
    const { binary, origin } = loadBinary(root ?? packageRoot());
    const native = binary.register();
    if (native.error !== '') return none(native.error);
    if (backend.isUsingGpuDevice && !native.gpu) {
      // Kernels for the CPU would copy features to and fro; the composed form stays on the GPU.
      return none(
        `the backend computes on the GPU, and there are no CUDA kernels: ${native.gpuReason}`,
      );
    }
    const onGpu = backend.isUsingGpuDevice;
    const onCpu = onGpu ? [] : TENSORFLOW_CPU_KERNELS;
    for (const kernel of [...TENSORFLOW_KERNELS, ...onCpu]) {
      // Another copy of this package may have been here before.
      if (getKernel(kernel.kernelName, 'tensorflow') == null) registerKernel(kernel);
    }
    return { fused: true, reason: describe(native, origin, onGpu) };
  } catch (error) {
    return none(errorMessage(error));
  }
}
