import * as tf from '@tensorflow/tfjs';
import { softNearestNeighbor, withTargetLabels } from 'snnl-layer';
import { current } from './backend';

/** What a training step asks of the device. */
export interface StepCosts {
  /** Kernels that tfjs recorded, all of them, and without those that only name a tensor anew. */
  readonly kernels: number;
  readonly computing: number;
  readonly dispatches: number;
  /** Tensors that were read back. */
  readonly reads: number;
}

function buildModel(layers: number): tf.LayersModel {
  const model = tf.sequential();
  for (let k = 0; k < 2; k++) {
    model.add(tf.layers.dense({ units: 8, activation: 'tanh', inputShape: [6] }));
    if (k < layers) model.add(softNearestNeighbor({ factor: 0.5, temperature: 0.5 }));
  }
  model.add(tf.layers.dense({ units: 3, activation: 'softmax' }));
  model.compile({
    optimizer: tf.train.sgd(0.2),
    loss: withTargetLabels('categoricalCrossentropy'),
  });
  return model;
}

/** Records of no work on the device; a scope is the record of a custom gradient. */
const NAMING: ReadonlySet<string> = new Set(['Identity', 'Reshape', 'unnamed scope']);

/** Counts calls of a method while `run` runs. */
async function counting(
  object: object,
  method: string,
  run: () => Promise<unknown>,
): Promise<number> {
  const original: unknown = Reflect.get(object, method);
  if (typeof original !== 'function') throw new Error(`Expected a method ${method}.`);
  let calls = 0;
  Reflect.set(object, method, function (this: unknown, ...args: unknown[]) {
    calls++;
    return Reflect.apply(original, this, args);
  });
  try {
    await run();
  } finally {
    Reflect.set(object, method, original);
  }
  return calls;
}

/** Costs of a step of a model with so many layers (up to 2) behind its hidden ones, on webgpu. */
export async function stepCosts(layers: number): Promise<StepCosts> {
  const model = buildModel(layers);
  const x = tf.randomNormal([48, 6], 0, 1, 'float32', 3);
  const y = tf.oneHot(tf.range(0, 48, 1, 'int32').mod(tf.scalar(3, 'int32')), 3);
  const step = () => model.trainOnBatch(x, y);
  // The first looks at the labels.
  await step();
  await step();
  const { kernels } = await tf.profile(async () => {
    await step();
    return x;
  });
  const dispatches = await counting(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', step);
  const reads =
    (await counting(current(), 'read', step)) + (await counting(current(), 'readSync', step));
  const computing = kernels.filter(({ name }) => !NAMING.has(name)).length;
  return { kernels: kernels.length, computing, dispatches, reads };
}
