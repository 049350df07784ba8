import { getKernel, registerKernel } from '@tensorflow/tfjs-core';
import { HOST_KERNELS } from '../host/loss-kernels';
import {
  CROSS_LOG_SUMS,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  UNIT_ROWS,
  UNIT_ROWS_GRAD,
} from '../kernel-names';
import type { KernelBuild } from './binary';
import { compileKernelsAsync } from './compiled';
import { useKernels } from './current-runtime';
import { crossLogSums, logSums, logSumsGrad } from './kernels';
import { cpuKernelThreads } from './threads';
import { unitRowsGradKernel, unitRowsKernel } from './unit-rows';

/** Backends whose tensors lie in memory that the kernels can copy from at once. */
export const CPU_BACKENDS: ReadonlySet<string> = new Set(['cpu', 'wasm']);

/** Whether the fused CPU kernels are in use, and how. */
export interface CpuKernelStatus {
  /** Whether the fused kernels run. */
  readonly fused: boolean;
  /** In words. */
  readonly reason: string;
  /** Which build: fused multiply-add, plain SIMD, or scalar. */
  readonly build?: KernelBuild;
  /** Most threads that a call may use. */
  readonly threads?: number;
}

let status: CpuKernelStatus | undefined;

/**
 * Compiles the fused WebAssembly kernels and registers them for the backends `cpu` and `wasm`. Does
 * nothing the second time.
 *
 * Where the engine cannot compile them at once, the composed form runs until they have been compiled
 * in the background, or for good where they cannot be: {@link cpuKernelStatus} tells.
 */
export function registerCpuKernels(): void {
  if (status) return;
  try {
    useKernels();
    register();
  } catch (error) {
    status = { fused: false, reason: `not compiled yet: ${messageOf(error)}` };
    void registerLater();
  }
}

/** Whether the fused CPU kernels run on the backends `cpu` and `wasm`, and if not, why. */
export function cpuKernelStatus(): CpuKernelStatus {
  if (!status) return { fused: false, reason: 'not used yet' };
  return status.fused ? { ...status, threads: cpuKernelThreads() } : status;
}

function register(): void {
  const { build } = useKernels();
  const kernels = {
    [NEIGHBOR_LOG_SUMS]: logSums,
    [NEIGHBOR_LOG_SUMS_GRAD]: logSumsGrad,
    [CROSS_LOG_SUMS]: crossLogSums,
    [UNIT_ROWS]: unitRowsKernel,
    [UNIT_ROWS_GRAD]: unitRowsGradKernel,
    ...HOST_KERNELS,
  };
  for (const backendName of CPU_BACKENDS) {
    for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
      // A second copy of this package may have been quicker.
      if (getKernel(kernelName, backendName) != null) continue;
      registerKernel({ kernelName, backendName, kernelFunc });
    }
  }
  status = { fused: true, reason: 'compiled', build };
}

async function registerLater(): Promise<void> {
  try {
    useKernels(await compileKernelsAsync());
    register();
  } catch (error) {
    status = { fused: false, reason: `WebAssembly cannot be used: ${messageOf(error)}` };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
