/** `snnl-gpu/webgpu`: the fused kernels of the backend `webgpu` alone. */
import { engine, findBackendFactory } from '@tensorflow/tfjs-core';
import type { KernelStatus } from 'snnl-layer';
import { CheckedKernels, type KernelFunctions } from '../shared/checked-kernels';
import { selfTest } from '../shared/self-test';
import { logSumsGrad } from './backward';
import { checkingShaders } from './check';
import { AFTER_LOSS, deviceLoss, type WebgpuBackend } from './device';
import { logSums } from './forward';
import { anchorSums, lossAnchorSums, reducedLoss } from './loss';
import { tooLarge } from './points';
import { LEVEL } from './shaders/common';
import { unitRows, unitRowsGrad } from './unit-rows';

const BACKEND = 'webgpu';

const KERNELS: KernelFunctions = {
  logSums,
  logSumsGrad,
  reducedLoss,
  lossAnchorSums,
  anchorSums,
  unitRows,
  unitRowsGrad,
};

const kernels = new CheckedKernels<WebgpuBackend>(
  BACKEND,
  KERNELS,
  (backend) =>
    // Wider rows have shaders of their own.
    checkingShaders(backend, () => selfTest(backend, KERNELS, [2, LEVEL + 2])),
  (backend, { anchors, candidates, features }) =>
    tooLarge(backend, Math.max(anchors, candidates), features),
);

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
    return without(
      engine().backendName === BACKEND
        ? `the backend '${BACKEND}' did not start: WebGPU gives no device`
        : `not started: call tf.setBackend('${BACKEND}') first, then register() again`,
    );
  }
  const loss = deviceLoss(backend);
  if (loss !== undefined) return without(`the device is lost (${loss}). ${AFTER_LOSS}`);
  return kernels.register(backend);
}

function without(reason: string): KernelStatus {
  kernels.withdraw();
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
