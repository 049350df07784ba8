import { type KernelAdapter, kernelChecks } from '@snnl/reference/checks';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from '../src/kernel-names';
import { backward } from '../src/wasm/backward';
import { releaseCpuKernels, withRuntime } from '../src/wasm/current-runtime';
import { forward } from '../src/wasm/forward';
import { cpuKernelStatus, registerCpuKernels } from '../src/wasm/register';
import { randomProblem, withSums } from '../src/wasm/testing';
import { setCpuKernelThreads } from '../src/wasm/threads';

/** What the page tells the test. */
export interface BrowserReport {
  readonly isolated: boolean;
  readonly status: ReturnType<typeof cpuKernelStatus>;
  /** Checks of the conformance suite, over both backends, and what failed. */
  readonly checks: number;
  readonly failures: readonly string[];
  /** Whether many threads gave the bits that one gave, and the tasks that helpers did. */
  readonly sameBits: boolean;
  readonly tasksHelped: number;
  /** Milliseconds for 1024 samples of 512 features, forward and backward. */
  readonly milliseconds: number;
}

declare global {
  interface Window {
    report?: BrowserReport | { error: string };
  }
}

const run = (kernel: string, inputs: object, selfOffset: number) =>
  tf.engine().runKernel(kernel, { ...inputs }, { selfOffset }) as tf.Tensor2D;

const adapterFor = (backend: string): KernelAdapter => ({
  async setup() {
    registerCpuKernels();
    await tf.setBackend(backend);
    await tf.ready();
  },
  forward: (inputs, selfOffset) => run(NEIGHBOR_LOG_SUMS, inputs, selfOffset),
  gradient: (inputs, selfOffset) => run(NEIGHBOR_LOG_SUMS_GRAD, inputs, selfOffset),
});

async function conformance(): Promise<string[]> {
  const tolerance = { loss: 1e-6, gradient: 1e-5, reason: 'see register.test.ts' };
  const failures: string[] = [];
  for (const backend of ['cpu', 'wasm']) {
    const adapter = adapterFor(backend);
    await adapter.setup();
    for (const check of kernelChecks) {
      try {
        await check.run({ adapter, tolerance, runs: 5 });
      } catch (error) {
        failures.push(`${backend}, ${check.group}, ${check.name}: ${error}`);
      }
    }
  }
  return failures;
}

function both(): Float32Array[] {
  const problem = randomProblem({ n: 1024, d: 512, classes: 10, temperature: 512, seed: 1 });
  return withRuntime((runtime) => {
    const sums = forward(runtime, problem);
    return [sums, backward(runtime, withSums(problem, sums, 2))];
  });
}

const equal = (a: Float32Array[], b: Float32Array[]): boolean =>
  a.every((values, k) => values.every((value, i) => value === b[k]?.[i]));

/** A thread of a browser starts only once the page is idle for a moment. */
const idle = () => new Promise((resolve) => setTimeout(resolve, 20));

async function report(): Promise<BrowserReport> {
  const failures = await conformance();
  setCpuKernelThreads(1);
  const alone = both();
  setCpuKernelThreads(2);
  let sameBits = true;
  let tasksHelped = 0;
  const times: number[] = [];
  for (let call = 0; call < (crossOriginIsolated ? 200 : 5) && tasksHelped === 0; call++) {
    const start = performance.now();
    sameBits &&= equal(both(), alone);
    times.push(performance.now() - start);
    tasksHelped = withRuntime((runtime) => runtime.tasksHelped);
    await idle();
  }
  releaseCpuKernels();
  return {
    isolated: crossOriginIsolated,
    status: cpuKernelStatus(),
    checks: 2 * kernelChecks.length,
    failures,
    sameBits,
    tasksHelped,
    milliseconds: Math.min(...times),
  };
}

setWasmPaths('./wasm/');
try {
  window.report = await report();
} catch (error) {
  window.report = { error: String(error instanceof Error ? error.stack : error) };
}
