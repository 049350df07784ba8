import { engine, findBackendFactory } from '@tensorflow/tfjs-core';
import { type KernelStatus, kernelStatus, reportKernels } from 'snnl-layer';
import { errorMessage } from './errors';

/** Backends for which this package has fused kernels. */
export const GPU_BACKENDS = ['webgl', 'webgpu', 'tensorflow'] as const;
/** A backend for which this package has fused kernels. */
export type GpuBackend = (typeof GPU_BACKENDS)[number];

/** Per backend, whether the fused kernels are registered, and if not, why. */
type Statuses = Readonly<Record<GpuBackend, KernelStatus>>;

/** Registers the kernels of one backend, once, and says how that went. */
type RegisterBackend = () => Promise<KernelStatus>;

/** Loaded on demand: a page with one backend loads the kernels of that one. */
const REGISTER: Readonly<Record<GpuBackend, RegisterBackend>> = {
  // Resolved by package.json ("imports"): a bundle for browsers gets no code that needs Node.
  tensorflow: async () => (await import('#tensorflow')).registerTensorflow(),
  webgl: async () => (await import('./webgl/register')).registerWebgl(),
  webgpu: async () => (await import('./webgpu/register')).registerWebgpu(),
};

/**
 * Whether the program has chosen WebGPU and not WebGL, which tfjs brings along in every page: to start
 * it and compile its shaders would take a second context of the card, and time, for nothing.
 */
const isPassedOver = (backend: GpuBackend): boolean =>
  backend === 'webgl' && engine().backendName === 'webgpu' && !(backend in engine().registry);

async function registerAll(): Promise<Statuses> {
  for (const backend of GPU_BACKENDS) {
    if (findBackendFactory(backend) == null) {
      reportKernels(backend, { fused: false, reason: `the backend '${backend}' is not loaded` });
      continue;
    }
    if (isPassedOver(backend)) {
      reportKernels(backend, {
        fused: false,
        reason: `not started: call tf.setBackend('${backend}') first, then register() again`,
      });
      continue;
    }
    try {
      reportKernels(backend, await REGISTER[backend]());
    } catch (error) {
      // The others go on.
      reportKernels(backend, {
        fused: false,
        reason: `registration failed: ${errorMessage(error)}`,
      });
    }
  }
  return {
    webgl: kernelStatus('webgl'),
    webgpu: kernelStatus('webgpu'),
    tensorflow: kernelStatus('tensorflow'),
  };
}

let underWay: Promise<Statuses> | undefined;

/**
 * Registers the fused kernels for whichever of the backends `webgl`, `webgpu` and `tensorflow` this
 * process has. A `webgpu` backend that nobody has started is left alone: set it before; so is `webgl`
 * where `webgpu` is in use. May be called
 * again, for instance when another backend has been added; calls at the same time share one run.
 *
 * @returns `kernelStatus()` of each. A backend whose kernels cannot run keeps the composed form of
 *   `snnl-layer`; the status says why. Never rejects.
 */
export function register(): Promise<Statuses> {
  underWay ??= registerAll().finally(() => {
    underWay = undefined;
  });
  return underWay;
}
