import * as tf from '@tensorflow/tfjs';
import { setCpuKernelThreads } from 'snnl-layer';
import { BROWSER_BACKENDS, type BrowserBackend } from './browser/measures';
import { type BackendName, UsageError } from './options';

/** Backends that run in this process; the others run in Chromium. */
export type NodeBackend = Exclude<BackendName, BrowserBackend>;

export function isBrowserBackend(name: BackendName): name is BrowserBackend {
  return BROWSER_BACKENDS.some((backend) => backend === name);
}

/** The module that registers each backend. A variable name keeps tfjs-node optional. */
const MODULES: Record<NodeBackend, string> = {
  cpu: '@tensorflow/tfjs-backend-cpu',
  wasm: '@tensorflow/tfjs-backend-wasm',
  tensorflow: '@tensorflow/tfjs-node',
};

/**
 * Makes `name` the current backend.
 *
 * @throws UsageError if its package is not installed or it cannot start.
 */
export async function useBackend(name: NodeBackend, threads: number): Promise<void> {
  // No checks that a product would not run, and no greeting on the console.
  tf.enableProdMode();
  setCpuKernelThreads(threads);
  // TensorFlow reads this once, when it starts.
  if (name === 'tensorflow') process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  try {
    await import(MODULES[name]);
  } catch (error) {
    throw new UsageError(
      `The backend '${name}' needs the package ${MODULES[name]}, which could not be loaded ` +
        `(${error instanceof Error ? error.message : error}). Install it, or use --backend wasm.`,
    );
  }
  if (!(await tf.setBackend(name))) {
    throw new UsageError(`The backend '${name}' could not start. Use --backend cpu.`);
  }
  await tf.ready();
  if (name === 'tensorflow') await registerNativeKernels();
}

async function registerNativeKernels(): Promise<void> {
  const { registerTensorflow } = await import('snnl-gpu/node');
  const { fused, reason } = await registerTensorflow();
  console.error(`${fused ? 'Native kernels' : 'No native kernels'}: ${reason}`);
}
