import { getBackend } from '@tensorflow/tfjs-core';
import { GPU_BACKENDS, type GpuBackend, register } from 'snnl-gpu';
import { cpuKernelStatus, kernelFor } from 'snnl-layer';
import type { KernelReport } from '../messages';

const isGpuBackend = (name: string): name is GpuBackend =>
  GPU_BACKENDS.some((backend) => backend === name);

/** Registers the fused kernels of the current backend and says which form of the loss runs. */
export async function useKernels(): Promise<KernelReport> {
  const backend = getBackend();
  const statuses = await register();
  const kind = kernelFor(backend);
  if (isGpuBackend(backend)) return { kind, reason: statuses[backend].reason };
  const { reason, build, threads } = cpuKernelStatus();
  if (kind === 'composed') return { kind, reason };
  const count = threads === 1 ? '1 thread' : `up to ${threads} threads`;
  return { kind, reason: `WebAssembly, ${build} build, ${count}` };
}
