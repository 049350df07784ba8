import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, test, vi } from 'vitest';
import { SoftNearestNeighbor, softNearestNeighbor } from '../layer/layer';
import { entanglement } from '../layer/metric';
import { withTargetLabels } from '../layer/target-labels';
import { softNearestNeighborLoss } from '../loss/loss';
import { neighborEntanglement } from '../loss/neighbor-entanglement';
import { useBackend } from '../testing/backends';
import {
  registerCountingKernels,
  unregisterKernels,
  useBareBackend,
} from '../testing/counting-kernels';
import { type LimitedKernelConfig, NEIGHBOR_LOG_SUMS, type ProblemSize } from './contract';

const MOST = 3;

/** Kernels that take 3 features at most; returns those that ran, and what they were asked. */
async function useLimitedKernels() {
  const backendName = await useBareBackend();
  const calls = registerCountingKernels();
  const asked: ProblemSize[] = [];
  const config = tf.getKernel(NEIGHBOR_LOG_SUMS, backendName);
  tf.unregisterKernel(NEIGHBOR_LOG_SUMS, backendName);
  const limited: LimitedKernelConfig = {
    ...config,
    obstacle(size) {
      asked.push(size);
      return size.features > MOST ? `${size.features} features are too many` : undefined;
    },
  };
  tf.registerKernel(limited);
  return { calls, asked };
}

afterEach(async () => {
  vi.restoreAllMocks();
  unregisterKernels();
  await useBackend('cpu');
});

const rows = (width: number) => tf.randomNormal<tf.Rank.R2>([6, width], 0, 1, 'float32', 3);
const labels = [0, 1, 0, 1, 0, 1];

test('auto runs the composed form where the kernels decline, and says it once', async () => {
  const { calls } = await useLimitedKernels();
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const wide = rows(MOST + 1);
  const [first, second, composed] = (['auto', 'auto', 'composed'] as const).map(
    (kernel) => softNearestNeighborLoss(labels, wide, { kernel }).dataSync()[0],
  );
  expect([first, second]).toEqual([composed, composed]);
  expect((await neighborEntanglement(labels, wide)).loss).toBeCloseTo(first as number, 5);
  expect(calls).toEqual([]);
  // tfjs has warnings of its own.
  const said = warn.mock.calls.map(String).filter((text) => text.includes('in core tfjs ops'));
  expect(said).toEqual([expect.stringContaining('4 features are too many')]);

  softNearestNeighborLoss(labels, rows(MOST));
  expect(calls).toEqual([NEIGHBOR_LOG_SUMS]);
});

test('fused throws where the kernels decline, before one runs', async () => {
  const { calls } = await useLimitedKernels();
  expect(() => softNearestNeighborLoss(labels, rows(MOST + 1), { kernel: 'fused' })).toThrow(
    "kernel: 'fused' was asked for, but 4 features are too many. Use kernel: 'auto' or 'composed'.",
  );
  expect(calls).toEqual([]);
});

test('a memory counts among the candidates', async () => {
  const { asked } = await useLimitedKernels();
  const memory = { features: rows(2), labels };
  softNearestNeighborLoss([0, 1, 0], tf.slice(rows(2), 0, 3), { memory });
  softNearestNeighborLoss([0, 1, 0], tf.slice(rows(2), 0, 3));
  expect(asked).toEqual([
    { anchors: 3, candidates: 9, features: 2 },
    { anchors: 3, candidates: 3, features: 2 },
  ]);
});

/** A model of one layer whose features are measured, with its metric. */
function modelOf(
  options: Parameters<typeof softNearestNeighbor>[0],
  metric: Parameters<typeof entanglement>[1] = {},
): tf.LayersModel {
  const layer = softNearestNeighbor({ inputShape: [2], ...options });
  const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: 2 })] });
  const loss = withTargetLabels('meanSquaredError');
  model.compile({ optimizer: 'sgd', loss, metrics: [entanglement(layer, metric)] });
  return model;
}

test('a layer and its metric measure by the kernel that they are told', async () => {
  const { calls } = await useLimitedKernels();
  const x = rows(2);
  const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 2).toFloat();
  // The first layer: no weight before it wants a gradient.
  await modelOf({}).trainOnBatch(x, y);
  expect(calls).toEqual([NEIGHBOR_LOG_SUMS]);

  calls.length = 0;
  const composed = modelOf({ kernel: 'composed' });
  await composed.trainOnBatch(x, y);
  composed.evaluate(x, y);
  modelOf({}, { kernel: 'composed' }).evaluate(x, y);
  expect(calls).toEqual([]);

  modelOf({ kernel: 'composed' }, { kernel: 'fused' }).evaluate(x, y);
  expect(calls).toEqual([NEIGHBOR_LOG_SUMS]);
});

test('the kernel of a layer is saved where it is not the default', () => {
  expect(softNearestNeighbor().getConfig()).not.toHaveProperty('kernel');
  const config = softNearestNeighbor({ kernel: 'composed' }).getConfig();
  expect(new SoftNearestNeighbor(config).kernel).toBe('composed');
});
