import * as tf from '@tensorflow/tfjs';
import { type Distance, softNearestNeighborLoss } from 'snnl-layer';
import type { Batch } from './batch';
import type { Pass } from './options';
import { plainLoss } from './plain';

export interface LossOptions {
  readonly temperature: number;
  readonly distance: Distance;
}

type Loss = (labels: tf.Tensor1D, features: tf.Tensor2D, options: LossOptions) => tf.Scalar;

/** What is computed from a batch; `gradient` row-major `[N, D]`, empty after a forward pass. */
export interface Outcome {
  readonly loss: number;
  readonly gradient: Float32Array;
}

/** One way to compute the loss on the current tfjs backend. */
export interface Contender {
  /** Computes, waits for the numbers (asynchronous backends return before) and frees all. */
  run(pass: Pass): Promise<Outcome>;
  /**
   * What is timed: the same, but the gradient stays a tensor, as it does in PyTorch and in training,
   * on backends that have computed it when they return it. The loss is read.
   */
  compute(pass: Pass): Promise<void>;
  dispose(): void;
}

/** Backends whose ops return when they are done. */
export const SYNCHRONOUS: ReadonlySet<string> = new Set(['cpu', 'wasm', 'tensorflow']);

function contender(loss: Loss, batch: Batch, options: LossOptions): Contender {
  const labels = tf.tensor1d(batch.labels, 'int32');
  const features = tf.tensor2d(batch.features, [batch.n, batch.d]);
  const value = (x: tf.Tensor) => loss(labels, x as tf.Tensor2D, options);
  const valueAndGradient = tf.valueAndGrad(value);
  const start = (pass: Pass) =>
    pass === 'forward'
      ? { value: value(features), grad: tf.zeros([0]) }
      : valueAndGradient(features);
  return {
    async run(pass) {
      const result = start(pass);
      const [[first = Number.NaN], gradient] = await Promise.all([
        result.value.data<'float32'>(),
        result.grad.data<'float32'>(),
      ]);
      tf.dispose(result);
      return { loss: first, gradient };
    },
    async compute(pass) {
      const result = start(pass);
      const read = SYNCHRONOUS.has(tf.getBackend()) ? [result.value] : [result.value, result.grad];
      await Promise.all(read.map((tensor) => tensor.data()));
      tf.dispose(result);
    },
    dispose: () => tf.dispose([labels, features]),
  };
}

/** The plain N x N formulation. */
export const plain = (batch: Batch, options: LossOptions): Contender =>
  contender(plainLoss, batch, options);

/** Ours, with the kernel that `auto` picks. */
export const ours = (batch: Batch, options: LossOptions): Contender =>
  contender((labels, x, o) => softNearestNeighborLoss(labels, x, o), batch, options);
