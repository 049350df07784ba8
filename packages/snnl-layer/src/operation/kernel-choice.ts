import { getBackend, getKernel } from '@tensorflow/tfjs-core';
import { rules } from '../options';
import { type LimitedKernelConfig, NEIGHBOR_LOG_SUMS, type ProblemSize } from './contract';
import { CPU_BACKENDS, kernelStatus } from './kernel-status';
import { registerCpuKernelsOnce } from './wasm/register';

/** How an operation runs on a backend: its own kernel, or core tfjs ops. */
export type KernelKind = 'fused' | 'composed';

/**
 * `auto` takes the fused kernel where the backend has one that can take a problem of that size, else the
 * composed form, which it says once on the console; `fused` throws where there is none.
 */
export type KernelChoice = 'auto' | KernelKind;

/** A {@link KernelChoice} by its name. */
export const kernelRule = rules.oneOf<KernelChoice>(['auto', 'fused', 'composed']);

/**
 * Which form `kernel: 'auto'` runs on a backend; `kernelStatus()` says why. Looks, and registers
 * nothing.
 *
 * @param backendName As of `tf.getBackend()`.
 */
export const kernelFor = (backendName: string): KernelKind =>
  kernelStatus(backendName).fused ? 'fused' : 'composed';

/** Whether the current backend has an optional kernel that may run. */
export const hasKernel = (kernelName: string, kind: KernelKind): boolean =>
  kind === 'fused' && getKernel(kernelName, getBackend()) != null;

/** Why the fused kernels of a backend cannot take a problem; undefined where they can. */
function obstacleOf(backendName: string, size: ProblemSize): string | undefined {
  const config = getKernel(NEIGHBOR_LOG_SUMS, backendName);
  return (config as Partial<LimitedKernelConfig> | undefined)?.obstacle?.(size);
}

/** What has been said of widths that fused kernels cannot take. */
const said = new Set<string>();

function sayOnce(backendName: string, { features }: ProblemSize, reason: string): void {
  const key = `${backendName} ${features}`;
  if (said.has(key)) return;
  said.add(key);
  console.warn(
    `The soft nearest neighbour loss runs in core tfjs ops here: ${reason}. It takes longer, and ` +
      `gives the same numbers. Say kernel: 'composed' to read this no more.`,
  );
}

/**
 * The form to run for a choice; throws when `fused` is asked for and there is none. The kernels of this
 * package, for `cpu` and `wasm`, are compiled and registered here, at the first use.
 *
 * @param size Of the problem: the fused kernels of a backend may have limits.
 */
export function resolveKernel(
  choice: KernelChoice,
  backendName: string,
  size: ProblemSize,
): KernelKind {
  if (choice === 'composed') return 'composed';
  if (CPU_BACKENDS.has(backendName)) registerCpuKernelsOnce();
  const kind = kernelFor(backendName);
  if (choice === 'fused' && kind === 'composed') {
    throw new Error(
      `kernel: 'fused' was asked for, but no fused kernel is registered for the backend ` +
        `'${backendName}'. Register one, for instance with the package snnl-gpu, or use ` +
        `kernel: 'auto'.`,
    );
  }
  const obstacle = kind === 'fused' ? obstacleOf(backendName, size) : undefined;
  if (obstacle === undefined) return kind;
  if (choice === 'fused') {
    throw new RangeError(
      `kernel: 'fused' was asked for, but ${obstacle}. Use kernel: 'auto' or 'composed'.`,
    );
  }
  sayOnce(backendName, size, obstacle);
  return 'composed';
}
