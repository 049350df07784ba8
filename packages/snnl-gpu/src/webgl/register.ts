import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { findBackend, getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from 'snnl-layer';
import { messageOf } from '../message';
import { selfTest } from '../self-test';
import type { KernelStatus } from '../status';
import { isWebgl, obstacle } from './context';
import { logSums, logSumsGrad } from './kernels';

const BACKEND = 'webgl';

const KERNELS = {
  [NEIGHBOR_LOG_SUMS]: logSums,
  [NEIGHBOR_LOG_SUMS_GRAD]: logSumsGrad,
};

/** What the check of each backend found. */
const checks = new WeakMap<MathBackendWebGL, Promise<KernelStatus>>();

/**
 * Registers the fused kernels for the backend `webgl`, once they have given the right numbers on it.
 * May be called again: only a backend that is new is checked.
 *
 * @returns Whether they are registered, and if not, why; then the composed form goes on to run.
 */
export async function registerWebgl(): Promise<KernelStatus> {
  const none = (reason: string): KernelStatus => ({ fused: false, reason });
  const backend = findBackend(BACKEND);
  if (backend == null) return none("the backend 'webgl' is not loaded, or found no WebGL");
  if (!isWebgl(backend)) return none("the backend 'webgl' is not that of tfjs 4");
  const reason = obstacle(backend.gpgpu.gl);
  if (reason !== undefined) return none(reason);
  let check = checks.get(backend);
  if (!check) {
    check = checkAndRegister(backend);
    checks.set(backend, check);
  }
  return check;
}

async function checkAndRegister(backend: MathBackendWebGL): Promise<KernelStatus> {
  try {
    await selfTest(backend, logSums, logSumsGrad);
  } catch (error) {
    for (const kernelName of Object.keys(KERNELS)) {
      if (getKernel(kernelName, BACKEND) != null) unregisterKernel(kernelName, BACKEND);
    }
    return { fused: false, reason: `a shader failed its check: ${messageOf(error)}` };
  }
  for (const [kernelName, kernelFunc] of Object.entries(KERNELS)) {
    if (getKernel(kernelName, BACKEND) != null) continue;
    registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  }
  return { fused: true, reason: 'shaders compiled and checked' };
}
