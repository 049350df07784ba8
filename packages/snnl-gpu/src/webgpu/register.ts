import { engine, findBackendFactory } from '@tensorflow/tfjs-core';
import type { KernelStatus } from 'snnl-layer';
import {
  ANCHOR_SUMS,
  LOSS_ANCHOR_SUMS,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  REDUCED_LOSS,
  UNIT_ROWS,
  UNIT_ROWS_GRAD,
} from 'snnl-layer';
import { CheckedKernels } from '../checked-kernels';
import { selfTest } from '../self-test';
import type { WebgpuBackend } from './backend';
import { checkingShaders } from './check-shaders';
import { AFTER_LOSS, deviceLoss } from './device-loss';
import { logSums, logSumsGrad } from './kernels';
import { tooLarge } from './pack';
import { anchorSums, lossAnchorSums, reducedLoss } from './reduced-loss';
import { unitRows, unitRowsGrad } from './unit-rows';
import { LEVEL } from './wgsl';

const BACKEND = 'webgpu';

const KERNELS = {
  [NEIGHBOR_LOG_SUMS]: logSums,
  [NEIGHBOR_LOG_SUMS_GRAD]: logSumsGrad,
  [UNIT_ROWS]: unitRows,
  [UNIT_ROWS_GRAD]: unitRowsGrad,
  [REDUCED_LOSS]: reducedLoss,
  [LOSS_ANCHOR_SUMS]: lossAnchorSums,
  [ANCHOR_SUMS]: anchorSums,
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
