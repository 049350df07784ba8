import { type KernelAdapter, kernelChecks } from '@snnl/reference/checks';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { composedLogSumsGrad } from '../src/composed/gradient';
import { composedLogSums } from '../src/composed/log-sums';

/** What the page tells the test: failed checks of the conformance suite. */
export interface ComposedReport {
  readonly checks: number;
  readonly failures: readonly string[];
}

declare global {
  interface Window {
    composedReport?: ComposedReport | { error: string };
  }
}

/** float32 like the CPU backends; exp and log of a GPU are good to a few units in the last place. */
const TOLERANCE = { loss: 1e-5, gradient: 1e-4, reason: 'exp and log of shaders' };

/** Sizes whose only news on a GPU is time: rendering is in software here. */
const LARGE = /401|1271/;

const adapterFor = (backend: string): KernelAdapter => ({
  async setup() {
    if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} did not start.`);
    await tf.ready();
  },
  forward: composedLogSums,
  gradient: composedLogSumsGrad,
});

async function report(backend: string): Promise<ComposedReport> {
  const adapter = adapterFor(backend);
  await adapter.setup();
  const checks = kernelChecks.filter(({ name }) => !LARGE.test(name));
  const failures: string[] = [];
  for (const check of checks) {
    try {
      await check.run({ adapter, tolerance: TOLERANCE, runs: 2 });
    } catch (error) {
      failures.push(`${check.group}, ${check.name}: ${error}`);
    }
  }
  return { checks: checks.length, failures };
}

try {
  window.composedReport = await report(location.hash.slice(1));
} catch (error) {
  window.composedReport = { error: String(error instanceof Error ? error.stack : error) };
}
