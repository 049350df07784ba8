import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { register } from 'snnl-gpu';
import { type Distance, kernelFor } from 'snnl-layer';
import { makeBatch } from '../batch';
import { compare } from '../compare';
import { ours } from '../contender';
import type { Size } from '../options';
import { peakExtraBytes } from '../peak-bytes';
import type { BenchRecord } from '../record';
import { measureStep } from '../step';
import { adapterName } from './adapter-name';
import type { BrowserBackend, PageComparison, PageMeasures, PageMemory } from './measures';

async function start(backend: BrowserBackend): Promise<string> {
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`The backend '${backend}' did not start.`);
  await tf.ready();
  const { [backend]: kernels } = await register();
  return `${await adapterName(backend)}; kernels: ${kernels.reason}`;
}

const times = (comparison: PageComparison): Promise<BenchRecord> =>
  compare({ ...comparison, peers: [] });

async function memory(size: Size, distance: Distance): Promise<PageMemory> {
  const options = { temperature: 1, distance };
  const contender = ours(makeBatch(size.n, size.d), options);
  const peak = await peakExtraBytes(() => contender.run('forward+backward'));
  contender.dispose();
  return { ...peak, kernel: kernelFor(tf.getBackend()) };
}

declare global {
  interface Window {
    measures?: PageMeasures;
  }
}

window.measures = { start, times, memory, step: measureStep };
