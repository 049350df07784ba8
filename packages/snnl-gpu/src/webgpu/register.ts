import {
  engine,
  findBackend,
  findBackendFactory,
  getKernel,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from 'snnl-layer';
import type { KernelStatus } from '../status';
import type { WebgpuBackend } from './backend';
import { checkingShaders } from './check-shaders';
import { AFTER_LOSS, deviceLoss } from './device-loss';
import { logSums, logSumsGrad } from './kernels';
import { selfTest } from './self-test';

const BACKEND = 'webgpu';
const KERNELS = {
  [NEIGHBOR_LOG_SUMS]: logSums,
  [NEIGHBOR_LOG_SUMS_GRAD]: logSumsGrad,
};

/** What the check of each backend found. */
const checks = new WeakMap<WebgpuBackend, Promise<KernelStatus>>();

/**
 * Registers the fused kernels for tfjs's `webgpu` backend, once all their shaders have compiled on
 * its device and given the right numbers. Starts the backend if need be, but does not make it the
 * current one. May be called again: nothing happens, unless the backend has been replaced by a new
 * one, as after the loss of its device, which is then checked.
 *
 * @returns Whether the kernels run, and if not, why; then the composed form of `snnl-layer` does.
 */
export async function registerWebgpu(): Promise<KernelStatus> {
  if (findBackendFactory(BACKEND) == null) {
    return { fused: false, reason: `the backend '${BACKEND}' is not loaded` };
  }
  const backend = await startedBackend();
  if (!backend) {
    return withoutKernels(`the backend '${BACKEND}' did not start: WebGPU gives no device`);
  }
  const loss = deviceLoss(backend);
  if (loss !== undefined) return withoutKernels(`the device is lost (${loss}). ${AFTER_LOSS}`);
  let check = checks.get(backend);
  if (!check) {
    check = checkAndRegister(backend);
    checks.set(backend, check);
  }
  return check;
}

async function checkAndRegister(backend: WebgpuBackend): Promise<KernelStatus> {
  try {
    await checkingShaders(backend, () => selfTest(backend));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return withoutKernels(`a shader failed its check: ${message}`);
  }
  for (const [kernelName, kernelFunc] of Object.entries(KERNELS)) {
    if (getKernel(kernelName, BACKEND) != null) continue;
    registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  }
  return { fused: true, reason: 'shaders compiled and checked' };
}

/** Kernels that an earlier backend had are no good for this one. */
function withoutKernels(reason: string): KernelStatus {
  for (const kernelName of Object.keys(KERNELS)) {
    if (getKernel(kernelName, BACKEND) != null) unregisterKernel(kernelName, BACKEND);
  }
  return { fused: false, reason };
}

/** tfjs starts a backend in the background when it is first looked for. */
async function startedBackend(): Promise<WebgpuBackend | undefined> {
  if (findBackend(BACKEND) == null) await engine().ready();
  return engine().registry[BACKEND] as WebgpuBackend | undefined;
}
