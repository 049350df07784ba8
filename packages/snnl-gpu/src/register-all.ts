import { findBackendFactory } from '@tensorflow/tfjs-core';
import { GPU_BACKENDS, type GpuBackend, type KernelStatus, setStatus, status } from './status';

/** Registers the kernels of one backend, once, and says how that went. */
type RegisterBackend = () => Promise<KernelStatus>;

/** Loaded on demand: a page with one backend loads the kernels of that one. */
const REGISTER: Partial<Record<GpuBackend, RegisterBackend>> = {
  webgl: async () => (await import('./webgl')).registerWebgl(),
  webgpu: async () => (await import('./webgpu')).registerWebgpu(),
};

/**
 * Registers the fused kernels for whichever of the backends `webgl`, `webgpu` and `tensorflow` this
 * process has. May be called again, for instance when another backend has been added.
 *
 * @returns As {@link status}. A backend whose kernels cannot run keeps the composed form of
 *   `snnl-layer`; the status says why.
 */
export async function register(): Promise<ReturnType<typeof status>> {
  for (const backend of GPU_BACKENDS) {
    if (findBackendFactory(backend) == null) {
      setStatus(backend, { fused: false, reason: `the backend '${backend}' is not loaded` });
      continue;
    }
    const registerBackend = REGISTER[backend];
    if (registerBackend) setStatus(backend, await registerBackend());
  }
  return status();
}
