import { getBackend, getKernel } from '@tensorflow/tfjs-core';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from './contract';
import { processState } from './process-state';
import type { KernelBuild } from './wasm/builds';

/** Backends that the WebAssembly kernels serve: their tensors lie in memory that these can copy from. */
export const CPU_BACKENDS: ReadonlySet<string> = new Set(['cpu', 'wasm']);

/** Whether the fused kernels run on a backend, and how. */
export interface KernelStatus {
  /** Whether `kernel: 'auto'` runs them. */
  readonly fused: boolean;
  /** In words: what is active, or why nothing is. */
  readonly reason: string;
  /** Of `cpu` and `wasm`, once compiled: fused multiply-add, plain SIMD, or scalar. */
  readonly build?: KernelBuild;
  /** Of `cpu` and `wasm`, once compiled: most threads that a call may use. */
  readonly threads?: number;
}

/** Whether both kernels of the operation are registered for a backend. */
export const isRegistered = (backendName: string): boolean =>
  [NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD].every((name) => getKernel(name, backendName) != null);

/**
 * Whether the fused kernels run on a backend, and if not, why. Looks, and compiles or registers nothing:
 * those for `cpu` and `wasm` count as fused before their first use, at which they are compiled.
 *
 * @param backendName As of `tf.getBackend()`, which is the default.
 */
export function kernelStatus(backendName: string = getBackend()): KernelStatus {
  const fused = isRegistered(backendName);
  const known = CPU_BACKENDS.has(backendName) ? ofCpu(fused) : reported(backendName);
  if (fused === known.fused || known.reason === FIRST_USE) return known;
  const reason = fused ? 'registered elsewhere' : `unregistered since: ${REGISTER}`;
  return { fused, reason };
}

/**
 * Says what came of the kernels of a backend; replaces what was said before. For packages that register
 * some: {@link kernelStatus} then tells it for as long as it agrees with what is registered.
 */
export function reportKernels<Status extends Pick<KernelStatus, 'fused' | 'reason'>>(
  backendName: string,
  status: Status,
): Status {
  const state = processState();
  state.reports ??= new Map();
  state.reports.set(backendName, status);
  return status;
}

const FIRST_USE = 'compiled at the first use';
const REGISTER = 'call register() of snnl-gpu, or registerCpuKernels() for cpu and wasm';

function reported(backendName: string): KernelStatus {
  return (
    processState().reports?.get(backendName) ?? {
      fused: false,
      reason: `not registered: ${REGISTER}`,
    }
  );
}

function ofCpu(registered: boolean): KernelStatus {
  const { build, failure, threads: mostThreads } = processState();
  if (build !== undefined) {
    const threads = mostThreads?.() ?? 1;
    const most = threads === 1 ? '1 thread' : `up to ${threads} threads`;
    return { fused: true, reason: `WebAssembly, ${build} build, ${most}`, build, threads };
  }
  if (registered) return { fused: true, reason: 'registered elsewhere' };
  if (failure) return { fused: false, reason: failure.reason };
  return { fused: true, reason: FIRST_USE };
}
