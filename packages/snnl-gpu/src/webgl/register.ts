/** `snnl-gpu/webgl`: the fused kernels of the backend `webgl` alone. */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { findBackend } from '@tensorflow/tfjs-core';
import type { KernelStatus } from 'snnl-layer';
import { CheckedKernels, type KernelFunctions } from '../shared/checked-kernels';
import { selfTest } from '../shared/self-test';
import { logSumsGrad } from './backward';
import { checkEqualDistances } from './check';
import { isWebgl, maxSide, obstacle } from './device';
import { logSums } from './forward';
import { anchorSums, lossAnchorSums, reducedLoss } from './loss';
import { tooLarge } from './points';
import { LEVEL } from './shaders/distances';
import { unitRows, unitRowsGrad } from './unit-rows';

const KERNELS: KernelFunctions = {
  logSums,
  logSumsGrad,
  reducedLoss,
  lossAnchorSums,
  anchorSums,
  unitRows,
  unitRowsGrad,
};

/** Wider rows have shaders of their own. */
const WIDTHS = [2, 4 * LEVEL + 2];

const kernels = new CheckedKernels<MathBackendWebGL>(
  'webgl',
  KERNELS,
  async (backend) => {
    await selfTest(backend, KERNELS, WIDTHS);
    for (const columns of WIDTHS) await checkEqualDistances(backend, columns);
  },
  (_, { anchors, candidates, features }) =>
    tooLarge(Math.max(anchors, candidates), features, maxSide()),
);

/**
 * Registers the fused kernels for the backend `webgl`, once they have given the right numbers on it.
 * May be called again: only a backend that is new is checked.
 *
 * @returns Whether they are registered, and if not, why; then the composed form goes on to run.
 */
export async function registerWebgl(): Promise<KernelStatus> {
  const backend = findBackend('webgl');
  if (backend == null) return without("the backend 'webgl' is not loaded, or found no WebGL");
  if (!isWebgl(backend)) return without("the backend 'webgl' is not that of tfjs 4");
  const reason = obstacle(backend.gpgpu.gl);
  return reason === undefined ? kernels.register(backend) : without(reason);
}

function without(reason: string): KernelStatus {
  kernels.withdraw();
  return { fused: false, reason };
}
