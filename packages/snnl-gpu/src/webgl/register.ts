import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { findBackend } from '@tensorflow/tfjs-core';
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
import { isWebgl, maxSide, obstacle } from './context';
import { checkEqualDistances } from './equal-distances';
import { LEVEL } from './glsl/distances';
import { logSums, logSumsGrad } from './kernels';
import { anchorSums, lossAnchorSums, reducedLoss } from './loss';
import { tooLarge } from './points';
import { unitRows, unitRowsGrad } from './unit-rows';

const KERNELS = {
  [NEIGHBOR_LOG_SUMS]: logSums,
  [NEIGHBOR_LOG_SUMS_GRAD]: logSumsGrad,
  [REDUCED_LOSS]: reducedLoss,
  [LOSS_ANCHOR_SUMS]: lossAnchorSums,
  [ANCHOR_SUMS]: anchorSums,
  [UNIT_ROWS]: unitRows,
  [UNIT_ROWS_GRAD]: unitRowsGrad,
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
