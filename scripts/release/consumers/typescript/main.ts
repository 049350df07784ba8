import * as tf from '@tensorflow/tfjs';
import {
  asCallbacks,
  EntanglementLogger,
  inversePower,
  type LogWriter,
  type Schedule,
  TemperatureAnnealing,
} from 'snnl-callbacks';
import { csv } from 'snnl-callbacks/node';
import { register } from 'snnl-gpu';
import {
  balancedBatches,
  entanglement,
  type KernelStatus,
  kernelStatus,
  type SoftNearestNeighbor,
  softNearestNeighbor,
  softNearestNeighborLoss,
  withTargetLabels,
} from 'snnl-layer';

await tf.setBackend('cpu');
const snnl: SoftNearestNeighbor = softNearestNeighbor({
  factor: 0.5,
  temperature: 1,
  name: 'code',
});
const model = tf.sequential({
  layers: [
    tf.layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }),
    snnl,
    tf.layers.dense({ units: 2, activation: 'softmax' }),
  ],
});
model.compile({
  optimizer: tf.train.adam(0.05),
  loss: withTargetLabels('categoricalCrossentropy'),
  metrics: [entanglement(snnl)],
});
const x = tf.tensor2d([0, 1, 1, 0, 2, 1, 1, 2], [4, 2]);
const ids = tf.tensor1d([0, 1, 0, 1], 'int32');
const schedule: Schedule = inversePower({ gamma: 0.5 });
const records: number[] = [];
const writer: LogWriter = { name: 'records', write: ({ epoch }) => void records.push(epoch) };
const { history } = await model.fit(x, tf.oneHot(ids, 2), {
  epochs: 3,
  verbose: 0,
  callbacks: asCallbacks([
    new TemperatureAnnealing({ schedule }),
    new EntanglementLogger({ x, y: ids, writers: [writer, csv('out/log.csv')] }),
  ]),
});
const losses = history.loss ?? [];
const [first, , last] = losses;
if (typeof first !== 'number' || typeof last !== 'number' || !(last < first)) {
  throw new Error(`expected a falling loss, got ${losses}`);
}
if (records.length !== 3) throw new Error(`expected 3 records, got ${records}`);

const perAnchor = softNearestNeighborLoss(ids, x, { reduction: 'none' });
if (perAnchor.shape[0] !== 4) throw new Error('expected a loss for each anchor');
const batches = balancedBatches([0, 1, 0, 1], { classesPerBatch: 2, samplesPerClass: 2, seed: 1 });
if (batches === undefined) throw new Error('expected batches');
const webgl: KernelStatus = (await register()).webgl;
if (webgl.reason !== kernelStatus('webgl').reason) throw new Error('expected one status');

// @ts-expect-error The types refuse a distance that there is not.
if (process.argv.length < 0) softNearestNeighborLoss(ids, x, { distance: 'manhattan' });
