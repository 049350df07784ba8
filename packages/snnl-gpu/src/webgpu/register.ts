import {
  engine,
  findBackendFactory,
  getKernel,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from 'snnl-layer';
import { messageOf } from '../message';
import { selfTest } from '../self-test';
import type { KernelStatus } from '../status';
import type { WebgpuBackend } from './backend';
import { checkingShaders } from './check-shaders';
import { AFTER_LOSS, deviceLoss } from './device-loss';
import { logSums, logSumsGrad } from './kernels';

const BACKEND = 'webgpu';
const KERNELS = {
  [NEIGHBOR_LOG_SUMS]: logSums,
  [NEIGHBOR_LOG_SUMS_GRAD]: logSumsGrad,
};

/** What the check of each backend found. */
const checks = new WeakMap<WebgpuBackend, Promise<KernelStatus>>();

/**
 * Registers the fused kernels for tfjs's `webgpu` backend, once all their shaders have compiled on
 * its device and given the right numbers. A start under way is waited for; a backend that nobody has
 * started is left alone, since every op of tfjs throws while one starts. May be called again: nothing
 * happens, unless the backend has been replaced by a new one, as after the loss of its device, which
 * is then checked.
 *
 * @returns Whether the kernels run, and if not, why; then the composed form of `snnl-layer` does.
 */
export async function registerWebgpu(): Promise<KernelStatus> {
  if (findBackendFactory(BACKEND) == null) {
    return { fused: false, reason: `the backend '${BACKEND}' is not loaded` };
  }
  const backend = await startedBackend();
  if (!backend) {
    return withoutKernels(
      engine().backendName === BACKEND
        ? `the backend '${BACKEND}' did not start: WebGPU gives no device`
        : `not started: call tf.setBackend('${BACKEND}') first, then register() again`,
    );
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
    await checkingShaders(backend, () => selfTest(backend, logSums, logSumsGrad));
  } catch (error) {
    return withoutKernels(`a shader failed its check: ${messageOf(error)}`);
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

/**
 * The backend, once no start is under way. `findBackend` would start it, and a second time where it is
 * starting: the first start then fails, and with it the `setBackend` that waits for it.
 */
async function startedBackend(): Promise<WebgpuBackend | undefined> {
  for (let start = pendingStart(); start; start = pendingStart()) await start;
  return engine().registry[BACKEND] as WebgpuBackend | undefined;
}

/** The start of a backend, of any name, as tfjs-core keeps it. */
const pendingStart = (): Promise<boolean> | null | undefined =>
  Reflect.get(engine(), 'pendingBackendInit');
