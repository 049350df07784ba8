import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs';
import { kernelFor, softNearestNeighbor, withTargetLabels } from 'snnl-layer';
import { beforeAll, expect, test } from 'vitest';
import { useTensorflow } from './testing';

beforeAll(useTensorflow);

/** A seeded run of `model.fit`: losses by epoch. */
async function fit(backend: string): Promise<number[]> {
  await tf.setBackend(backend);
  const tensors: number[] = [];
  const onEpochEnd = () => {
    tensors.push(tf.memory().numTensors);
  };
  const initializer = (seed: number) => tf.initializers.glorotNormal({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 8,
        activation: 'tanh',
        inputShape: [6],
        kernelInitializer: initializer(1),
      }),
      softNearestNeighbor({ factor: 0.5, temperature: 0.7 }),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: initializer(2) }),
    ],
  });
  const optimizer = tf.train.sgd(0.2);
  model.compile({
    optimizer,
    loss: withTargetLabels('categoricalCrossentropy'),
  });
  const ids = Int32Array.from({ length: 100 }, (_, i) => i % 3);
  const y = tf.oneHot(tf.tensor1d(ids, 'int32'), 3);
  const x = tf.randomNormal([100, 6], 0, 1, 'float32', 42);
  // The last batch is short.
  const { history } = await model.fit(x, y, {
    epochs: 5,
    batchSize: 32,
    shuffle: false,
    verbose: 0,
    callbacks: { onEpochEnd },
  });
  tf.dispose([x, y]);
  model.dispose();
  optimizer.dispose();
  expect(new Set(tensors).size).toBe(1);
  return (history.loss ?? []).map(Number);
}

test('a seeded model.fit goes as on the cpu backend', async () => {
  const native = await fit('tensorflow');
  expect(kernelFor('tensorflow')).toBe('fused');
  const [first = Number.NaN] = native;
  expect(native.at(-1)).toBeLessThan(first);
  const cpu = await fit('cpu');
  expect(cpu).toHaveLength(5);
  // float32 sums in another order, over 20 steps.
  for (const [epoch, loss] of cpu.entries()) {
    expect(Math.abs((native[epoch] ?? Number.NaN) - loss)).toBeLessThan(1e-5 * loss);
  }
});
