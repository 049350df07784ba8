import { report } from '@snnl/browser-testing/page';
import { type ConformanceResult, type KernelAdapter, runChecks } from '@snnl/reference/checks';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { softNearestNeighborLoss } from '../src/loss/loss';
import { neighborEntanglement } from '../src/loss/neighbor-entanglement';
import { composedLogSumsGrad } from '../src/operation/composed/gradient';
import { composedLogSums } from '../src/operation/composed/log-sums';

/** float32 like the CPU backends; exp and log of a GPU are good to a few units in the last place. */
const TOLERANCE = { loss: 1e-5, gradient: 1e-4, reason: 'exp and log of shaders' };

/**
 * Checks whose only news on a GPU is time, as rendering is in software here: large sizes, and weights
 * over 50,000 features, whose sums and gradient are held against the oracle all the same. And some of the
 * patterns in which labels are missing, which others that run here are like.
 */
const LARGE =
  /401|1271|50000.*weights|labels: (one|the first)|not said to be, (labels|NaN|Infinity|1e)/;

const adapterFor = (backend: string): KernelAdapter => ({
  async setup() {
    if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} did not start.`);
    await tf.ready();
  },
  forward: (inputs, selfOffset) => composedLogSums(inputs, selfOffset),
  gradient: (inputs, selfOffset) => composedLogSumsGrad(inputs, selfOffset),
});

export interface ComposedReport extends ConformanceResult {
  /** Losses that are to be equal, of the same samples by small and by large class ids; see below. */
  readonly losses: readonly number[];
}

/**
 * The loss of 200 samples by ids from 0, then by ids from 2^24 and near 2^31: as an array, as a tensor
 * twice (which is on the device the second time), with a memory twice, and of the data set.
 */
async function lossesOfLargeIds(): Promise<number[]> {
  const x = tf.randomNormal<tf.Rank.R2>([200, 8], 0, 1, 'float32', 5);
  const numberIn = async (loss: tf.Tensor) => (await loss.data())[0] as number;
  const losses: number[] = [];
  for (const first of [0, 2 ** 24, 2 ** 31 - 4]) {
    const ids = Array.from({ length: 200 }, (_, i) => first + (i % 4));
    const tensor = tf.tensor1d(ids, 'int32');
    losses.push(await numberIn(softNearestNeighborLoss(ids, x)));
    for (let call = 0; call < 2; call++)
      losses.push(await numberIn(softNearestNeighborLoss(tensor, x)));
    const memory = {
      features: tf.slice(x, [100, 0], [100, 8]),
      labels: tf.tensor1d(ids.slice(100), 'int32'),
    };
    for (let call = 0; call < 2; call++) {
      const loss = softNearestNeighborLoss(ids.slice(0, 100), tf.slice(x, 0, [100, 8]), { memory });
      losses.push(await numberIn(loss));
    }
    losses.push((await neighborEntanglement(ids, x)).loss);
  }
  return losses;
}

await report(async (): Promise<ComposedReport> => {
  const adapter = adapterFor(location.hash.slice(1));
  await adapter.setup();
  const losses = await lossesOfLargeIds();
  return { losses, ...(await runChecks(adapter, { tolerance: TOLERANCE, runs: 2, skip: LARGE })) };
});
