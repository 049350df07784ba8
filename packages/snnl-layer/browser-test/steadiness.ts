import * as tf from '@tensorflow/tfjs';
import { softNearestNeighbor, softNearestNeighborLoss, withTargetLabels } from '../src';

/** How one backend does what it did before. */
export interface Steadiness {
  /** Calls of loss and gradient whose bits were not those of the first, of {@link CALLS}. */
  readonly changed: readonly number[];
  readonly loss: number;
  readonly gradientNorm: number;
  /** Loss of the first and of the last of {@link STEPS} training steps. */
  readonly firstStep: number;
  readonly lastStep: number;
}

/** More than an engine takes to compile what is called often, once and again. */
export const CALLS = 200;
export const STEPS = 200;

const [SAMPLES, FEATURES, CLASSES] = [48, 12, 3];

/** Numbers in [-1, 1) that no `Math` function of an engine has rounded. */
function features(): tf.Tensor2D {
  let state = 1;
  const next = () => {
    state = (state * 16807) % 2147483647;
    return state / 2 ** 30 - 1;
  };
  return tf.tensor2d(Float32Array.from({ length: SAMPLES * FEATURES }, next), [SAMPLES, FEATURES]);
}

const ids = Int32Array.from({ length: SAMPLES }, (_, i) => i % CLASSES);

async function repeatedCalls(): Promise<Pick<Steadiness, 'changed' | 'loss' | 'gradientNorm'>> {
  const x = features();
  const labels = tf.tensor1d(ids, 'int32');
  const both = tf.valueAndGrad(
    (t: tf.Tensor) =>
      softNearestNeighborLoss(labels, t as tf.Tensor2D, {
        temperature: 0.5,
        distance: 'squaredEuclidean',
      }) as tf.Scalar,
  );
  const call = async () => {
    const { value, grad } = both(x);
    const numbers = [await value.data(), await grad.data()] as const;
    tf.dispose([value, grad]);
    return numbers.flatMap((values) => [...values]);
  };
  const [loss = Number.NaN, ...gradient] = await call();
  const changed: number[] = [];
  for (let k = 1; k < CALLS; k++) {
    const again = await call();
    if (![loss, ...gradient].every((number, i) => number === again[i])) changed.push(k + 1);
  }
  tf.dispose([x, labels]);
  return { changed, loss, gradientNorm: Math.hypot(...gradient) };
}

/** A weight that is the same in every engine: seeded initializers use its `Math.log`. */
function weight(rows: number, columns: number, stride: number): tf.Tensor2D {
  const values = Array.from({ length: rows * columns }, (_, i) => ((i * stride) % 17) / 16 - 0.5);
  return tf.tensor2d(values, [rows, columns]);
}

async function training(): Promise<Pick<Steadiness, 'firstStep' | 'lastStep'>> {
  const hidden = tf.layers.dense({ units: 16, activation: 'tanh', inputShape: [FEATURES] });
  const head = tf.layers.dense({ units: CLASSES, activation: 'softmax' });
  const snnl = softNearestNeighbor({ factor: 1, learnTemperature: true });
  const model = tf.sequential({ layers: [hidden, snnl, head] });
  model.compile({
    optimizer: tf.train.sgd(0.05),
    loss: withTargetLabels('categoricalCrossentropy'),
  });
  const weights = [weight(FEATURES, 16, 5), weight(16, CLASSES, 7)] as const;
  hidden.setWeights([weights[0], tf.zeros([16])]);
  head.setWeights([weights[1], tf.zeros([CLASSES])]);
  const x = features();
  const y = tf.tidy(() => tf.oneHot(tf.tensor1d(ids, 'int32'), CLASSES));
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) losses.push(Number(await model.trainOnBatch(x, y)));
  tf.dispose([x, y, ...weights]);
  model.dispose();
  return { firstStep: losses[0] ?? Number.NaN, lastStep: losses.at(-1) ?? Number.NaN };
}

/** Repeats a loss and its gradient, and trains, on a backend that is registered. */
export async function steadiness(backend: string): Promise<Steadiness> {
  if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} did not start.`);
  return { ...(await repeatedCalls()), ...(await training()) };
}
