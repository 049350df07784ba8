import {
  getKernel,
  type KernelFunc,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import {
  ANCHOR_SUMS,
  type KernelStatus,
  type LimitedKernelConfig,
  LOSS_ANCHOR_SUMS,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  type ProblemSize,
  REDUCED_LOSS,
  UNIT_ROWS,
  UNIT_ROWS_GRAD,
} from 'snnl-layer';
import { errorMessage } from '../errors';

/** Names in the contract of the kernels that shaders compute, by those of their functions. */
export const KERNEL_NAMES = {
  logSums: NEIGHBOR_LOG_SUMS,
  logSumsGrad: NEIGHBOR_LOG_SUMS_GRAD,
  reducedLoss: REDUCED_LOSS,
  lossAnchorSums: LOSS_ANCHOR_SUMS,
  anchorSums: ANCHOR_SUMS,
  unitRows: UNIT_ROWS,
  unitRowsGrad: UNIT_ROWS_GRAD,
} as const;

/** Name of the function of a kernel. */
export type KernelKey = keyof typeof KERNEL_NAMES;
/** What a backend has to compute. */
export type KernelFunctions = Readonly<Record<KernelKey, KernelFunc>>;

const KEYS = Object.keys(KERNEL_NAMES) as KernelKey[];

/**
 * The kernels of a backend that shaders compute, registered only once all of them have given the right
 * numbers on it.
 *
 * @typeParam Backend The backend's own type: each new one is checked anew.
 */
export class CheckedKernels<Backend extends object> {
  /** Checks under way, and those that were passed. */
  private readonly checks = new WeakMap<Backend, Promise<void>>();

  constructor(
    private readonly backendName: string,
    private readonly kernels: KernelFunctions,
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
    for (const key of KEYS) {
      const kernelName = KERNEL_NAMES[key];
      if (getKernel(kernelName, backendName) != null) continue;
      const config = { kernelName, backendName, kernelFunc: this.kernels[key] };
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
    for (const kernelName of Object.values(KERNEL_NAMES)) {
      if (getKernel(kernelName, this.backendName) != null) {
        unregisterKernel(kernelName, this.backendName);
      }
    }
  }
}
