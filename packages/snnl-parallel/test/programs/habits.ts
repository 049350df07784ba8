// What else a training on several ranks has to agree on: stopping, statistics, logs, files, data.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { connect, loadTogether, parallelize, saveTogether, shard, together } from '../../src/index';

const group = connect({ waitLimit: 30 });
const { rank, size } = group;
await tf.setBackend('cpu');

const equal = (values: ArrayLike<number>, what: string) => {
  const own = Float64Array.from(values);
  assert.deepEqual(group.allReduce(own.slice(), 'max'), own, what);
  assert.deepEqual(group.allReduce(own.slice(), 'min'), own, what);
};
const values = (model: tf.LayersModel) => model.getWeights().flatMap((w) => [...w.dataSync()]);

function build(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, inputShape: [4], activation: 'tanh' }),
      tf.layers.batchNormalization({ momentum: 0.5 }),
      tf.layers.dropout({ rate: 0.2 }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  return model;
}

// The same on all ranks; then each has its own samples.
const x = tf.randomNormal([60 * size, 4], 0, 1, 'float32', 1);
const y = tf.sum(tf.square(x), 1, true);
const [ownX, ownY] = shard([x, y], group, { seed: 3 });
assert.deepEqual(ownX.shape, [60, 4]);
const sum = group.allReduce(Float64Array.of(tf.sum(ownY).arraySync() as number))[0] as number;
assert.ok(Math.abs(sum / (tf.sum(y).arraySync() as number) - 1) < 1e-5);

const model = build();
parallelize(model, group);
equal(values(model), 'weights begin equal');

// A rank that alone wants to stop, in the middle of an epoch, stops all at its end.
class StopsEarly extends tf.Callback {
  override async onBatchEnd(): Promise<void> {
    const { model } = this as unknown as { model: tf.LayersModel };
    if (rank === size - 1) model.stopTraining = true;
  }
}
const { history } = await model.fit(ownX, ownY, {
  epochs: 5,
  batchSize: 16,
  verbose: 0,
  validationData: [ownX.slice(0, 10 + rank), ownY.slice(0, 10 + rank)],
  callbacks: together(group, [new StopsEarly()]),
});
assert.equal(history.loss?.length, 1);
equal(history.loss as number[], 'logs are of all ranks');
equal(history.val_loss as number[], 'so are those of the validation');
equal(values(model), 'moving statistics are equal after an epoch');

// Rank 0 saves and reads; the optimizer goes on where it was.
const files: tf.io.ModelArtifacts[] = [];
const handler: tf.io.IOHandler = {
  save: async (artifacts) => {
    files.push(artifacts);
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  },
  load: async () => files[0] as tf.io.ModelArtifacts,
};
await saveTogether(model, handler, group, { includeOptimizer: true });
assert.equal(files.length, rank === 0 ? 1 : 0);
const loaded = await loadTogether(handler, group);
assert.deepEqual(values(loaded), values(model));
assert.equal(loaded.optimizer.getClassName(), 'Adam');
assert.ok((await loaded.optimizer.getWeights()).length > 1);
parallelize(loaded, group);
const options = { epochs: 1, batchSize: 16, verbose: 0, callbacks: together(group) } as const;
await loaded.fit(ownX, ownY, options);
equal(values(loaded), 'it trains on');
const failing = { load: () => Promise.reject(new Error('no such disk')) };
await assert.rejects(loadTogether(failing, group), /Rank 0 says: no such disk/);

// Datasets are dealt out in complete rounds, anew in each epoch.
const dataset = tf.data.array(Array.from({ length: 3 * size + 1 }, (_, i) => i));
for (let epoch = 0; epoch < 2; epoch++) {
  const dealt = await shard(dataset, group).batch(3).toArray();
  assert.deepEqual([...(dealt[0] as tf.Tensor).dataSync()], [rank, rank + size, rank + 2 * size]);
  assert.equal(dealt.length, 1);
}

// Ranks with different numbers of batches learn so, with the step.
const fewer = build();
parallelize(fewer, group);
const rows = rank === 0 ? 60 : 30;
await assert.rejects(
  fewer.fit(ownX.slice(0, rows), ownY.slice(0, rows), options),
  /In training step \d: .*rank \d of \d, in allReduce.*Ranks need equally many batches in an epoch/,
);
console.log(`rank ${rank} has habits`);
// The group is over.
process.exit(0);
