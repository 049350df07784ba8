import * as tf from '@tensorflow/tfjs';
import { softNearestNeighbor, withTargetLabels } from 'snnl-layer';
import { bytesOnDevice } from './backend';

export interface TrainingReport {
  /** Loss of each epoch on webgl, and on the cpu backend. */
  readonly losses: readonly number[];
  readonly cpuLosses: readonly number[];
  /** After each epoch on webgl, the last batch of which is short. */
  readonly tensors: readonly number[];
  readonly bytes: readonly number[];
  readonly programs: readonly number[];
}

const samples = 75;
const epochs = 6;

/** Programs linked since the page began. */
let programs = 0;
const linkProgram = WebGL2RenderingContext.prototype.linkProgram;
WebGL2RenderingContext.prototype.linkProgram = function (program) {
  programs++;
  linkProgram.call(this, program);
};

/** Fits a small seeded model; per epoch its loss and what `look` sees. */
async function fit<T>(backend: string, look: () => T): Promise<{ losses: number[]; seen: T[] }> {
  if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} did not start.`);
  const hidden = tf.layers.dense({
    units: 16,
    activation: 'tanh',
    inputShape: [6],
    kernelInitializer: tf.initializers.glorotNormal({ seed: 11 }),
  });
  const head = tf.layers.dense({
    units: 3,
    activation: 'softmax',
    kernelInitializer: tf.initializers.glorotNormal({ seed: 12 }),
  });
  const layer = softNearestNeighbor({ factor: 0.5, learnTemperature: true });
  const model = tf.sequential({ layers: [hidden, layer, head] });
  model.compile({
    optimizer: tf.train.sgd(0.1),
    loss: withTargetLabels('categoricalCrossentropy'),
  });
  const ids = tf.tensor1d(
    Int32Array.from({ length: samples }, (_, i) => i % 3),
    'int32',
  );
  const y = tf.oneHot(ids, 3);
  const noise = tf.randomNormal([samples, 6], 0, 1, 'float32', 42);
  const x = tf.add(
    noise,
    tf.pad(tf.cast(y, 'float32') as tf.Tensor2D, [
      [0, 0],
      [0, 3],
    ]),
  );
  const seen: T[] = [];
  const { history } = await model.fit(x, y, {
    ...{ epochs, batchSize: 32, shuffle: false, verbose: 0 },
    callbacks: { onEpochEnd: async () => void seen.push(look()) },
  });
  tf.dispose([ids, y, noise, x]);
  model.dispose();
  return { losses: (history.loss ?? []).map(Number), seen };
}

export async function training(): Promise<TrainingReport> {
  const cpu = await fit('cpu', () => 0);
  const webgl = await fit('webgl', () => ({
    tensors: tf.memory().numTensors,
    bytes: bytesOnDevice(),
    programs,
  }));
  return {
    losses: webgl.losses,
    cpuLosses: cpu.losses,
    tensors: webgl.seen.map(({ tensors }) => tensors),
    bytes: webgl.seen.map(({ bytes }) => bytes),
    programs: webgl.seen.map((seen) => seen.programs),
  };
}
