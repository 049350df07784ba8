import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from './backends';
import { CLASSES } from './batch';
import { classifier, measureStep, STEP_MODELS } from './step';

// Wide enough that no sample has all its units at 0, where plain's cosine is not a number.
const UNITS = [40, 30, 20, CLASSES];
const BATCH = 20;

beforeAll(() => useBackend('cpu', 1));

test('the layer stands behind every hidden layer, or nowhere', () => {
  const names = (entangled: boolean) =>
    classifier(UNITS, entangled).layers.map((layer) => layer.getClassName());
  const pair = ['Dense', 'SoftNearestNeighbor'];
  expect(names(true)).toEqual([...pair, ...pair, 'Dense']);
  expect(names(false)).toEqual(['Dense', 'Dense', 'Dense']);
});

test('a step of fit leaves the weights that trainOnBatch leaves', async () => {
  const x = tf.randomUniform([BATCH, 40], 0, 1, 'float32', 1);
  const y = tf.oneHot(
    tf.range(0, BATCH, 1, 'int32').mod(tf.scalar(CLASSES, 'int32')).toInt(),
    CLASSES,
  );
  const [a, b] = [classifier(UNITS, true), classifier(UNITS, true)];
  const initial = a.getWeights().map((weight) => weight.arraySync());
  await a.trainOnBatch(x, y);
  await b.fit(x, y, { batchSize: BATCH, shuffle: false, verbose: 0 });
  const weights = a.getWeights().map((weight) => weight.arraySync());
  expect(weights).not.toEqual(initial);
  expect(b.getWeights().map((weight) => weight.arraySync())).toEqual(weights);
});

test('times, their ratios and the work of the layers are measured, and nothing leaks', async () => {
  const before = tf.memory().numTensors;
  const { withMs, withoutMs, ratio, pairedRatio, layers, added } = await measureStep(
    { units: UNITS, batch: BATCH },
    1,
  );
  expect(tf.memory().numTensors).toBe(before);
  expect(withoutMs).toBeGreaterThan(0);
  expect(ratio).toBe(withMs / withoutMs);
  expect(pairedRatio).toBe(ratio);
  expect(layers).toBe(2);
  expect(added.kernels).toMatchObject({ SnnlBatchLoss: 2, SnnlBatchLossGrad: 2 });
});

test('the models are those that the option names', () => {
  expect(STEP_MODELS.small.units.join('-')).toBe('784-128-64-10');
  expect(STEP_MODELS.middle).toEqual({ units: [784, 500, 500, 2000, 10], batch: 256 });
});
