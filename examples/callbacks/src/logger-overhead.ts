/**
 * How long EntanglementLogger takes for 5 layers and 2,000 held-out samples, against the time of
 * one epoch on MNIST: `node --import tsx src/logger-overhead.ts [training images] [epochs]`.
 */
import '@tensorflow/tfjs-backend-wasm';
import { digits } from '@snnl/datasets';
import { setBackend } from '@tensorflow/tfjs-core';
import { CustomCallback, layers, sequential } from '@tensorflow/tfjs-layers';
import { EntanglementLogger } from 'snnl-callbacks';

const UNITS = [256, 256, 128, 64, 10];
const [images = 60_000, epochs = 3] = process.argv.slice(2).map(Number);

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

await setBackend('wasm');
const train = digits('train', 0, images);
const heldOut = digits('test', 0, 2000);
const model = sequential();
for (const [index, units] of UNITS.entries()) {
  const activation = index === UNITS.length - 1 ? 'softmax' : 'relu';
  model.add(layers.dense({ units, activation, ...(index === 0 ? { inputShape: [784] } : {}) }));
}
model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });

const logger = new EntanglementLogger({ x: heldOut.x, y: heldOut.labels });
const marks: { epoch: number[]; call: number[] } = { epoch: [], call: [] };
let mark = 0;
const lap = (list: number[]) => () => {
  list.push(performance.now() - mark);
  mark = performance.now();
};
const begin = new CustomCallback({
  onEpochBegin: () => {
    mark = performance.now();
  },
  onEpochEnd: lap(marks.epoch),
});
const end = new CustomCallback({ onEpochEnd: lap(marks.call) });
await model.fit(train.x, train.y, {
  epochs,
  batchSize: 128,
  shuffle: false,
  verbose: 0,
  callbacks: [begin, logger, end],
});
const [epoch, call] = [median(marks.epoch), median(marks.call)];
console.log(
  `${logger.records[0]?.entanglement.length} layers x 2000 samples: ${(call / 1000).toFixed(2)} s a call; ` +
    `an epoch of ${images} images: ${(epoch / 1000).toFixed(2)} s; ${((100 * call) / epoch).toFixed(1)} %.`,
);
