import * as tf from '@tensorflow/tfjs';
import {
  kernelFor,
  neighborLogSums,
  softNearestNeighbor,
  UNIT_ROWS,
  UNIT_ROWS_GRAD,
  withTargetLabels,
} from 'snnl-layer';
import { registerWebgpu } from '../../src/webgpu/register';
import { pipelines, useWebgpu } from './backend';
import { type StepCosts, stepCosts } from './steps';

/** 22 samples in batches of 8: the last one has 6. */
const [SAMPLES, BATCH, EPOCHS] = [22, 8, 8];

export interface TrainingReport {
  readonly kernel: string;
  /** Loss of each epoch, by backend. */
  readonly losses: Readonly<Record<'cpu' | 'webgpu', readonly number[]>>;
  /** Tensors that the epochs after the first left behind, and pipelines they compiled, on webgpu. */
  readonly tensors: readonly number[];
  readonly pipelines: readonly string[];
  /** Pipelines that batches of all other sizes, and another temperature, compiled for the kernels. */
  readonly forOtherSizes: readonly string[];
  /** Bytes that the device holds after many steps beyond those after a few. */
  readonly bytes: number;
  /** Of a step of a model without our layer, with one and with two. */
  readonly costs: readonly StepCosts[];
  /** What a first batch of bad labels gives, and losses after it and without it. */
  readonly badLabels: { readonly message: string; readonly losses: readonly number[] };
}

function buildModel(): tf.LayersModel {
  const glorot = (seed: number) => tf.initializers.glorotNormal({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 5,
        activation: 'tanh',
        inputShape: [6],
        kernelInitializer: glorot(11),
      }),
      softNearestNeighbor({ factor: 0.5, temperature: 0.5, learnTemperature: true }),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: glorot(12) }),
    ],
  });
  model.compile({
    optimizer: tf.train.sgd(0.2),
    loss: withTargetLabels('categoricalCrossentropy'),
  });
  return model;
}

async function train(onEpoch: () => void): Promise<number[]> {
  const ids = Int32Array.from({ length: SAMPLES }, (_, i) => i % 3);
  const x = tf.randomNormal([SAMPLES, 6], 0, 1, 'float32', 42);
  const y = tf.oneHot(tf.tensor1d(ids, 'int32'), 3);
  const { history } = await buildModel().fit(x, y, {
    epochs: EPOCHS,
    batchSize: BATCH,
    shuffle: false,
    verbose: 0,
    callbacks: { onEpochEnd: onEpoch },
  });
  return (history.loss ?? []).map(Number);
}

/** Labels without a class, and then right ones, all on the device alone. */
async function badLabels(): Promise<TrainingReport['badLabels']> {
  const x = tf.randomNormal([BATCH, 6], 0, 1, 'float32', 42);
  const ids = Int32Array.from({ length: BATCH }, (_, i) => i % 3);
  const y = tf.oneHot(tf.tensor1d(ids, 'int32'), 3);
  const model = buildModel();
  const message = await model.trainOnBatch(x, tf.mul(y, 0)).then(
    () => 'none',
    (error: Error) => error.message,
  );
  const losses = [await model.trainOnBatch(x, y), await buildModel().trainOnBatch(x, y)];
  return { message, losses: losses.map(Number) };
}

/** Runs all kernels on a batch of `n` samples of `d` features. */
async function step(n: number, d: number, temperature: number): Promise<void> {
  const labels = tf.tensor1d(
    Array.from({ length: n }, (_, i) => i % 3),
    'int32',
  );
  const x = tf.randomNormal<tf.Rank.R2>([n, d], 0, 1, 'float32', n);
  const t = tf.scalar(temperature);
  const value = (features: tf.Tensor) => {
    const anchors = features as tf.Tensor2D;
    const sums = neighborLogSums(
      {
        anchors,
        candidates: anchors,
        anchorLabels: labels,
        candidateLabels: labels,
        temperature: t,
      },
      { selfOffset: 0, kernel: 'fused' },
    );
    return tf.sum(tf.slice(sums, 0, 1)) as tf.Scalar;
  };
  const gradient = tf.grad(value)(x);
  await gradient.data();
  const units = tf.engine().runKernel(UNIT_ROWS, { x });
  const back = tf.engine().runKernel(UNIT_ROWS_GRAD, { x, dy: gradient });
  tf.dispose([labels, x, t, gradient, units as tf.Tensor, back as tf.Tensor]);
}

const ours = () => pipelines().filter((key) => key.startsWith('snnl-'));

export async function training(): Promise<TrainingReport> {
  await tf.setBackend('cpu');
  const cpu = await train(() => {});
  await useWebgpu();
  await registerWebgpu();
  const tensors: number[] = [];
  const compiled: string[][] = [];
  const webgpu = await train(() => {
    tensors.push(tf.memory().numTensors);
    compiled.push(pipelines());
  });
  const [first = [], last = []] = [compiled[0], compiled.at(-1)];

  const before = ours();
  const sizes: [n: number, d: number][] = [
    [1, 1],
    [2, 1],
    [5, 2],
    [64, 64],
    [65, 3],
    [200, 130],
  ];
  for (const [n, d] of sizes) await step(n, d, n);
  const forOtherSizes = ours().filter((key) => !before.includes(key));

  const inUse = () => Number(Reflect.get(tf.memory(), 'numBytesAllocatedInGPU'));
  for (let i = 0; i < 5; i++) await step(65, 3, 1);
  const few = inUse();
  for (let i = 0; i < 30; i++) await step(65, 3, 1);
  return {
    kernel: kernelFor('webgpu'),
    losses: { cpu, webgpu },
    tensors: tensors.map((count) => count - (tensors[0] ?? 0)),
    pipelines: last.filter((key) => !first.includes(key)),
    forOtherSizes,
    bytes: inUse() - few,
    badLabels: await badLabels(),
    costs: [await stepCosts(0), await stepCosts(1), await stepCosts(2)],
  };
}
