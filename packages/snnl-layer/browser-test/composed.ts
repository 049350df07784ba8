import { report } from '@snnl/browser-testing/page';
import { type ConformanceResult, type KernelAdapter, runChecks } from '@snnl/reference/checks';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { composedLogSumsGrad } from '../src/composed/gradient';
import { composedLogSums } from '../src/composed/log-sums';

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

await report(async (): Promise<ConformanceResult> => {
  const adapter = adapterFor(location.hash.slice(1));
  await adapter.setup();
  return runChecks(adapter, { tolerance: TOLERANCE, runs: 2, skip: LARGE });
});
