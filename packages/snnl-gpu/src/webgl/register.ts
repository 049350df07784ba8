import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { findBackend } from '@tensorflow/tfjs-core';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD, UNIT_ROWS, UNIT_ROWS_GRAD } from 'snnl-layer';
import { CheckedKernels } from '../checked-kernels';
import { selfTest } from '../self-test';
import type { KernelStatus } from '../status';
import { isWebgl, obstacle } from './context';
import { logSums, logSumsGrad } from './kernels';
import { unitRows, unitRowsGrad } from './unit-rows';

const KERNELS = {
  [NEIGHBOR_LOG_SUMS]: logSums,
  [NEIGHBOR_LOG_SUMS_GRAD]: logSumsGrad,
  [UNIT_ROWS]: unitRows,
  [UNIT_ROWS_GRAD]: unitRowsGrad,
};

const kernels = new CheckedKernels<MathBackendWebGL>('webgl', KERNELS, (backend) =>
  selfTest(backend, KERNELS),
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
