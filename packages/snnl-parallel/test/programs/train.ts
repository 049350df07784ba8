// Training on all ranks against training in one process on the whole batches.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {
  entanglement,
  registerCpuKernels,
  softNearestNeighbor,
  withTargetLabels,
} from 'snnl-layer';
import { connect, parallelize, together } from '../../src/index';

const [backend = 'cpu'] = process.argv.slice(2);
const group = connect({ waitLimit: 30 });
const { rank, size } = group;
await tf.setBackend(backend);
await registerCpuKernels();

const PER_RANK = 12;
const SAMPLES = 9;
const EPOCHS = 3;
/** Of all ranks; the last one is short, and not the same on all. */
const BATCH = PER_RANK * size;
const N = 2 * BATCH + 8 * size + 1;

/** Overlapping classes. */
const ids = Int32Array.from({ length: N }, (_, i) => (i * 7) % 3);
const x = tf.tidy(() =>
  tf.add<tf.Tensor2D>(
    tf.randomNormal([N, SAMPLES], 0, 1, 'float32', 5),
    tf.oneHot(tf.tensor1d(ids, 'int32'), SAMPLES),
  ),
);
const y = tf.oneHot(tf.tensor1d(ids, 'int32'), 3) as tf.Tensor2D;

/** This rank's rows of each whole batch. */
const mine = Array.from({ length: Math.ceil(N / BATCH) }, (_, b) => {
  const rows = Math.min(BATCH, N - b * BATCH);
  const [from, to] = [Math.floor((rows * rank) / size), Math.floor((rows * (rank + 1)) / size)];
  return Array.from({ length: to - from }, (_, i) => b * BATCH + from + i);
}).flat();

type Build = (seed: number) => tf.LayersModel;

const dense = (units: number, seed: number, more: object = {}) =>
  tf.layers.dense({
    units,
    kernelInitializer: tf.initializers.glorotNormal({ seed }),
    ...more,
  });

const models: Record<string, Build> = {
  sequential(seed) {
    const layer = softNearestNeighbor({ factor: 0.5, temperature: 0.5, name: `code${seed}` });
    const model = tf.sequential({
      layers: [
        dense(6, seed, { inputShape: [SAMPLES], activation: 'tanh' }),
        layer,
        dense(3, seed + 1, { activation: 'softmax' }),
      ],
    });
    model.compile({
      optimizer: tf.train.adam(0.05),
      loss: withTargetLabels('categoricalCrossentropy'),
      metrics: ['accuracy', entanglement(layer, { name: 'tangle' })],
    });
    return model;
  },
  // Several layers, one in a nested model that entangles, a learned temperature, a regulariser.
  nested(seed) {
    const inside = tf.input({ shape: [SAMPLES] });
    const code = softNearestNeighbor({ factor: -0.3, learnTemperature: true }).apply(
      dense(5, seed, { activation: 'tanh' }).apply(inside),
    ) as tf.SymbolicTensor;
    const encoder = tf.model({ inputs: inside, outputs: code });
    const input = tf.input({ shape: [SAMPLES] });
    const hidden = dense(4, seed + 1, {
      kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }),
    }).apply(encoder.apply(input) as tf.SymbolicTensor);
    const second = softNearestNeighbor({ factor: 0.2, distance: 'squaredEuclidean' }).apply(hidden);
    const output = dense(3, seed + 2, { activation: 'softmax' }).apply(second);
    const model = tf.model({ inputs: input, outputs: output as tf.SymbolicTensor });
    model.compile({
      optimizer: tf.train.sgd(0.1),
      loss: withTargetLabels('categoricalCrossentropy'),
    });
    return model;
  },
};

const values = (model: tf.LayersModel) =>
  Float64Array.from(model.getWeights().flatMap((weight) => [...weight.dataSync()]));

async function fit(model: tf.LayersModel, parallel: boolean) {
  const losses: number[] = [];
  const note = {
    onBatchEnd: (_: number, logs?: tf.Logs) => void losses.push(Number(logs?.loss)),
  };
  const rows = tf.tensor1d(parallel ? mine : [...ids.keys()], 'int32');
  const [ownX, ownY] = [tf.gather(x, rows), tf.gather(y, rows)];
  const { history } = await model.fit(ownX, ownY, {
    batchSize: parallel ? PER_RANK : BATCH,
    epochs: EPOCHS,
    shuffle: false,
    verbose: 0,
    callbacks: parallel ? together(group, note) : note,
  });
  tf.dispose([rows, ownX, ownY]);
  return { losses, history, weights: values(model) };
}

/** Sums of float32 in another order, over some ten steps. */
const NEAR = 1e-6;

for (const [name, build] of Object.entries(models)) {
  const alone = await fit(build(1), false);
  // Other first weights on the other ranks, so that those of rank 0 have to come.
  const model = build(1 + 10 * rank);
  parallelize(model, group);
  const all = await fit(model, true);
  const before = tf.memory().numTensors;
  assert.equal(all.losses.length, EPOCHS * 3);
  for (const [step, loss] of alone.losses.entries()) {
    const difference = Math.abs((all.losses[step] as number) / loss - 1);
    assert.ok(difference <= NEAR, `${name}: losses of step ${step} differ by ${difference}`);
  }
  for (const key of Object.keys(alone.history)) {
    for (const [epoch, value] of (alone.history[key] as number[]).entries()) {
      const difference = Math.abs((all.history[key]?.[epoch] as number) - value);
      assert.ok(
        difference <= 3 * NEAR,
        `${name}: ${key} of epoch ${epoch} differs by ${difference}`,
      );
    }
  }
  const apart = Math.max(
    ...alone.weights.map((value, i) => Math.abs(value - (all.weights[i] as number))),
  );
  assert.ok(apart <= NEAR, `${name}: weights differ by ${apart}`);
  assert.deepEqual(group.allReduce(all.weights.slice(), 'max'), all.weights);
  assert.deepEqual(group.allReduce(all.weights.slice(), 'min'), all.weights);
  await fit(model, true);
  assert.equal(tf.memory().numTensors, before, `${name}: tensors are left`);
  console.log(`${name}: rank ${rank} is as one process`);
}
