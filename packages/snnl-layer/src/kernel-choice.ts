import { getBackend, getKernel } from '@tensorflow/tfjs-core';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from './kernel-names';
import { rules } from './options-object';
import { CPU_BACKENDS, registerCpuKernelsOnce } from './wasm/register';

/** How an operation runs on a backend: its own kernel, or core tfjs ops. */
export type KernelKind = 'fused' | 'composed';

/** `auto` takes the fused kernel where the backend has one; `fused` throws where it has none. */
export type KernelChoice = 'auto' | KernelKind;

/** A {@link KernelChoice} by its name. */
export const kernelRule = rules.oneOf<KernelChoice>(['auto', 'fused', 'composed']);

/**
 * Which form `kernel: 'auto'` runs on a backend. The kernels of this package, for `cpu` and `wasm`,
 * are compiled and registered at the first call; {@link cpuKernelStatus} tells how that went.
 *
 * @param backendName As of `tf.getBackend()`.
 * @returns `fused` where both kernels are registered for the backend, else `composed`.
 */
export function kernelFor(backendName: string): KernelKind {
  if (CPU_BACKENDS.has(backendName)) registerCpuKernelsOnce();
  const registered = [NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD].every(
    (name) => getKernel(name, backendName) != null,
  );
  return registered ? 'fused' : 'composed';
}

/** Whether the current backend has an optional kernel that may run. */
export const hasKernel = (kernelName: string, kind: KernelKind): boolean =>
  kind === 'fused' && getKernel(kernelName, getBackend()) != null;

/** The form to run for a choice; throws when `fused` is asked for and there is none. */
export function resolveKernel(choice: KernelChoice, backendName: string): KernelKind {
  if (choice === 'composed') return 'composed';
  const kind = kernelFor(backendName);
  if (choice === 'fused' && kind === 'composed') {
    throw new Error(
      `kernel: 'fused' was asked for, but no fused kernel is registered for the backend ` +
        `'${backendName}'. Register one, for instance with the package snnl-gpu, or use ` +
        `kernel: 'auto'.`,
    );
  }
  return kind;
}
