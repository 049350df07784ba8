import {
  getKernel,
  type KernelFunc,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { KernelStatus } from 'snnl-layer';
import { type LimitedKernelConfig, NEIGHBOR_LOG_SUMS, type ProblemSize } from 'snnl-layer';
import { errorMessage } from './errors';

/**
 * The kernels of a backend that shaders compute, by their names, registered only once all of them
 * have given the right numbers on it.
 *
 * @typeParam Backend The backend's own type: each new one is checked anew.
 */
export class CheckedKernels<Backend extends object> {
  /** Checks under way, and those that were passed. */
  private readonly checks = new WeakMap<Backend, Promise<void>>();

  constructor(
    private readonly backendName: string,
    private readonly kernels: Readonly<Record<string, KernelFunc>>,
    /** Rejects where a shader is wrong. */
    private readonly check: (backend: Backend) => Promise<void>,
    /** Why a backend cannot take a problem of some size, in words; undefined where it can. */
    private readonly obstacle: (backend: Backend, size: ProblemSize) => string | undefined,
  ) {}

  /**
   * Registers the kernels for a backend where they are not registered, unless its check fails. What
   * has passed is not checked again; what has failed is, with the next call.
   */
  async register(backend: Backend): Promise<KernelStatus> {
    const check = this.checks.get(backend) ?? this.check(backend);
    this.checks.set(backend, check);
    try {
      await check;
    } catch (error) {
      this.checks.delete(backend);
      this.withdraw();
      return { fused: false, reason: `a shader failed its check: ${errorMessage(error)}` };
    }
    const { backendName } = this;
    for (const [kernelName, kernelFunc] of Object.entries(this.kernels)) {
      if (getKernel(kernelName, backendName) != null) continue;
      const config = { kernelName, backendName, kernelFunc };
      const limited: LimitedKernelConfig = {
        ...config,
        obstacle: (size) => this.obstacle(backend, size),
      };
      registerKernel(kernelName === NEIGHBOR_LOG_SUMS ? limited : config);
    }
    return { fused: true, reason: 'shaders compiled and checked' };
  }

  /** Takes back kernels that an earlier backend had: they are no good for this one. */
  withdraw(): void {
    for (const kernelName of Object.keys(this.kernels)) {
      if (getKernel(kernelName, this.backendName) != null) {
        unregisterKernel(kernelName, this.backendName);
      }
    }
  }
}
