import { findBackend, getKernel, registerKernel } from '@tensorflow/tfjs-core';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from 'snnl-layer';
import type { KernelStatus } from '../status';
import { isWebgl, obstacle } from './context';
import { logSums, logSumsGrad } from './kernels';

const BACKEND = 'webgl';

/**
 * Registers the fused kernels for the backend `webgl`. May be called again.
 *
 * @returns Whether they are registered, and if not, why; then the composed form goes on to run.
 */
export async function registerWebgl(): Promise<KernelStatus> {
  const reason = unfit();
  if (reason !== undefined) return { fused: false, reason };
  for (const [kernelName, kernelFunc] of [
    [NEIGHBOR_LOG_SUMS, logSums],
    [NEIGHBOR_LOG_SUMS_GRAD, logSumsGrad],
  ] as const) {
    if (getKernel(kernelName, BACKEND) != null) continue;
    registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  }
  return { fused: true, reason: 'registered; each shader compiles at its first use' };
}

/** Why the kernels cannot run on the backend of this page; undefined where they can. */
function unfit(): string | undefined {
  const backend = findBackend(BACKEND);
  if (backend == null) return "the backend 'webgl' is not loaded, or found no WebGL";
  if (!isWebgl(backend)) return "the backend 'webgl' is not that of tfjs 4";
  return obstacle(backend.gpgpu.gl);
}
