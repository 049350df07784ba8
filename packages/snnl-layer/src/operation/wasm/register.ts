import { getKernel, type KernelFunc, registerKernel } from '@tensorflow/tfjs-core';
import {
  BATCH_LOSS,
  BATCH_LOSS_GRAD,
  CROSS_LOG_SUMS,
  type LimitedKernelConfig,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  type ProblemSize,
  UNIT_ROWS,
  UNIT_ROWS_GRAD,
} from '../contract';
import { HOST_KERNELS } from '../host/loss-kernels';
import { moveTo } from '../host/tensor-io';
import { CPU_BACKENDS, isRegistered } from '../kernel-status';
import { processState } from '../process-state';
import { compileKernelsAsync } from './builds';
import {
  batchLoss,
  batchLossGrad,
  crossLogSums,
  logSums,
  logSumsGrad,
  unitRowsGradKernel,
  unitRowsKernel,
} from './kernels';
import { useKernels, withRuntime } from './runtime';
import { messageOf } from './tasks';
import { cpuKernelThreads } from './threads';

/** After a failure the first use after this long tries again. */
const RETRY_MS = 10_000;

/**
 * Compiles the fused WebAssembly kernels and registers them for the backends `cpu` and `wasm`, where
 * they are not registered yet.
 *
 * Where the engine cannot compile them at once, the composed form runs until they have been compiled
 * in the background; where they cannot be or there is no memory for them, it goes on to run, and a
 * later use tries again: `kernelStatus()` tells.
 */
export function registerCpuKernels(): void {
  if ([...CPU_BACKENDS].every(isRegistered)) return;
  try {
    useKernels();
  } catch (error) {
    fail(`not compiled yet: ${messageOf(error)}`);
    void registerLater();
    return;
  }
  register();
}

/**
 * As {@link registerCpuKernels} at the first use, and some seconds after a failure. Kernels that have
 * been registered before and were taken away stay away.
 */
export function registerCpuKernelsOnce(): void {
  const { build, failure } = processState();
  if (build !== undefined) return;
  if (failure && performance.now() - failure.at < RETRY_MS) return;
  registerCpuKernels();
}

function fail(reason: string): void {
  processState().failure = { reason, at: performance.now() };
}

/** Tensors of other backends are moved before a kernel reads or makes one. */
const movingInputs =
  (kernel: KernelFunc): KernelFunc =>
  (call) => {
    moveTo(call.backend as object, Object.values(call.inputs));
    return kernel(call);
  };

function register(): void {
  try {
    withRuntime(() => {});
  } catch (error) {
    fail(`WebAssembly cannot be used: ${messageOf(error)}`);
    return;
  }
  const kernels = {
    [NEIGHBOR_LOG_SUMS]: logSums,
    [NEIGHBOR_LOG_SUMS_GRAD]: logSumsGrad,
    [CROSS_LOG_SUMS]: crossLogSums,
    [BATCH_LOSS]: batchLoss,
    [BATCH_LOSS_GRAD]: batchLossGrad,
    [UNIT_ROWS]: unitRowsKernel,
    [UNIT_ROWS_GRAD]: unitRowsGradKernel,
    ...HOST_KERNELS,
  };
  for (const backendName of CPU_BACKENDS) {
    for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
      // A second copy of this package may have been quicker.
      if (getKernel(kernelName, backendName) != null) continue;
      const config = { kernelName, backendName, kernelFunc: movingInputs(kernelFunc) };
      const limited: LimitedKernelConfig = { ...config, obstacle: tooLarge };
      registerKernel(kernelName === NEIGHBOR_LOG_SUMS ? limited : config);
    }
  }
  const { build } = useKernels();
  // By the state, so that who asks for the status of another backend needs no code of threads.
  Object.assign(processState(), { build, threads: cpuKernelThreads, failure: undefined });
}

/**
 * Why a problem finds no room in the 4 GiB that a module can address: its gradient takes the features of
 * both sides as given, packed twice, and products. Undefined where there is room.
 */
export function tooLarge({ anchors, candidates, features }: ProblemSize): string | undefined {
  const gigabytes = (4 * (5 * anchors + 3 * candidates) * features) / 2 ** 30;
  if (gigabytes < 4) return undefined;
  return (
    `the WebAssembly kernels take some ${gigabytes.toFixed(1)} GiB for ${anchors} anchors and ` +
    `${candidates} candidates of ${features} features, and 4 are all that they can address`
  );
}

/** Whether kernels are being compiled in the background. */
let compiling = false;

async function registerLater(): Promise<void> {
  if (compiling) return;
  compiling = true;
  try {
    useKernels(await compileKernelsAsync());
    register();
  } catch (error) {
    fail(`WebAssembly cannot be used: ${messageOf(error)}`);
  } finally {
    compiling = false;
  }
}
