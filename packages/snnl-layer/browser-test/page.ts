import { report } from '@snnl/browser-testing/page';
import {
  type ConformanceResult,
  optionalKernels,
  registeredKernels,
  runChecks,
} from '@snnl/reference/checks';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { type KernelStatus, kernelStatus } from '../src/operation/kernel-status';
import { backward } from '../src/operation/wasm/backward';
import { forward } from '../src/operation/wasm/forward';
import { registerCpuKernels } from '../src/operation/wasm/register';
import { releaseCpuKernels, withRuntime } from '../src/operation/wasm/runtime';
import { randomProblem, withSums } from '../src/operation/wasm/testing';
import { setCpuKernelThreads } from '../src/operation/wasm/threads';
import { type Steadiness, steadiness } from './steadiness';

/** What the page tells the test. */
export interface BrowserReport {
  readonly isolated: boolean;
  readonly status: KernelStatus;
  /** Checks of the conformance suite, over both backends, and what failed. */
  readonly checks: number;
  readonly failures: readonly string[];
  readonly steadiness: Readonly<Record<'cpu' | 'wasm', Steadiness>>;
  /** Whether many threads gave the bits that one gave, and the tasks that helpers did. */
  readonly sameBits: boolean;
  readonly tasksHelped: number;
  /** Milliseconds for 1024 samples of 512 features, forward and backward. */
  readonly milliseconds: number;
}

async function conformance(): Promise<ConformanceResult> {
  const tolerance = { loss: 1e-6, gradient: 1e-5, reason: 'see register.test.ts' };
  const total = { checks: 0, failures: [] as string[] };
  for (const backend of ['cpu', 'wasm']) {
    const adapter = registeredKernels(backend, registerCpuKernels, optionalKernels);
    await adapter.setup();
    const { checks, failures } = await runChecks(adapter, { tolerance, runs: 5 });
    total.checks += checks;
    total.failures.push(...failures.map((failure) => `${backend}, ${failure}`));
  }
  return total;
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

async function findings(): Promise<BrowserReport> {
  // First, as in a page that trains: the engine compiles what it has seen until then.
  const steady = { cpu: await steadiness('cpu'), wasm: await steadiness('wasm') };
  const { checks, failures } = await conformance();
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
    status: kernelStatus('cpu'),
    checks,
    failures,
    steadiness: steady,
    sameBits,
    tasksHelped,
    milliseconds: Math.min(...times),
  };
}

setWasmPaths('./wasm/');
await report(findings);
