import { getKernel } from '@tensorflow/tfjs-core';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from 'snnl-layer';

/** Backends for which this package has fused kernels. */
export const GPU_BACKENDS = ['webgl', 'webgpu', 'tensorflow'] as const;
/** A backend for which this package has fused kernels. */
export type GpuBackend = (typeof GPU_BACKENDS)[number];

/** Whether the fused kernels run on a backend. */
export interface KernelStatus {
  /** Whether the fused kernels run. */
  readonly fused: boolean;
  /** In words: what is active, or why nothing is. */
  readonly reason: string;
}

const statuses = new Map<GpuBackend, KernelStatus>();

/** What registration found for a backend; replaces what was known before. */
export function setStatus(backend: GpuBackend, status: KernelStatus): KernelStatus {
  statuses.set(backend, status);
  return status;
}

const UNREGISTERED: KernelStatus = { fused: false, reason: 'not registered: call register()' };

/** What is true now: kernels may have been taken away, or registered by another copy of the package. */
function statusOf(backend: GpuBackend): KernelStatus {
  const known = statuses.get(backend) ?? UNREGISTERED;
  const names = [NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD];
  const fused = names.every((name) => getKernel(name, backend) != null);
  if (fused === known.fused) return known;
  if (fused) return { fused, reason: 'registered elsewhere' };
  return { fused, reason: 'unregistered since: call register()' };
}

/** Per backend, whether the fused kernels are registered, and if not, why. */
export function status(): Readonly<Record<GpuBackend, KernelStatus>> {
  return {
    webgl: statusOf('webgl'),
    webgpu: statusOf('webgpu'),
    tensorflow: statusOf('tensorflow'),
  };
}
