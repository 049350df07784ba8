import { findBackendFactory } from '@tensorflow/tfjs-core';
import { messageOf } from './message';
import { GPU_BACKENDS, type GpuBackend, type KernelStatus, setStatus, status } from './status';

/** Registers the kernels of one backend, once, and says how that went. */
type RegisterBackend = () => Promise<KernelStatus>;

/** Loaded on demand: a page with one backend loads the kernels of that one. */
const REGISTER: Readonly<Record<GpuBackend, RegisterBackend>> = {
  // Resolved by package.json ("imports"): a bundle for browsers gets no code that needs Node.
  tensorflow: async () => (await import('#tensorflow')).registerTensorflow(),
  webgl: async () => (await import('./webgl')).registerWebgl(),
  webgpu: async () => (await import('./webgpu')).registerWebgpu(),
};

async function registerAll(): Promise<ReturnType<typeof status>> {
  for (const backend of GPU_BACKENDS) {
    if (findBackendFactory(backend) == null) {
      setStatus(backend, { fused: false, reason: `the backend '${backend}' is not loaded` });
      continue;
    }
    try {
      setStatus(backend, await REGISTER[backend]());
    } catch (error) {
      // The others go on.
      setStatus(backend, { fused: false, reason: `registration failed: ${messageOf(error)}` });
    }
  }
  return status();
}

let underWay: ReturnType<typeof registerAll> | undefined;

/**
 * Registers the fused kernels for whichever of the backends `webgl`, `webgpu` and `tensorflow` this
 * process has. A `webgpu` backend that nobody has started is left alone: set it before. May be called
 * again, for instance when another backend has been added; calls at the same time share one run.
 *
 * @returns As {@link status}. A backend whose kernels cannot run keeps the composed form of
 *   `snnl-layer`; the status says why. Never rejects.
 */
export function register(): Promise<ReturnType<typeof status>> {
  underWay ??= registerAll().finally(() => {
    underWay = undefined;
  });
  return underWay;
}
