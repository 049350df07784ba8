import * as tf from '@tensorflow/tfjs';
import { type KernelKind, kernelFor, softNearestNeighbor, withTargetLabels } from 'snnl-layer';
import { assertAgree } from './agreement';
import { CLASSES, makeBatch } from './batch';
import { SYNCHRONOUS } from './contender';
import { interleaved, median, sampler } from './measure';
import type { STEPS } from './options';
import { plainLoss } from './plain';
import { beyond, countWork, type Work } from './work';

/** A dense network and the batch that trains it. */
export interface StepModel {
  /** Inputs, hidden units of each layer, classes. */
  readonly units: readonly number[];
  readonly batch: number;
}

export const STEP_MODELS = {
  small: { units: [784, 128, 64, CLASSES], batch: 128 },
  middle: { units: [784, 500, 500, 2000, CLASSES], batch: 256 },
} as const satisfies Record<(typeof STEPS)[number], StepModel>;

/** What one training step costs with the layer behind every hidden layer, and without. */
export interface StepTimes {
  /** Medians in ms. */
  readonly withMs: number;
  readonly withoutMs: number;
  /** withMs / withoutMs. */
  readonly ratio: number;
  /** Median of the ratios of neighbouring samples: a busy moment of the machine hits both. */
  readonly pairedRatio: number;
  /** Of the soft nearest neighbour loss. */
  readonly layers: number;
  /** What the layers together add to a step. */
  readonly added: Work;
  readonly kernel: KernelKind;
}

const LOSS = 'categoricalCrossentropy';

/** Small, so that the activations, and with them the work, stay the same in thousands of steps. */
const LEARNING_RATE = 1e-6;

/** The network from the same initial weights each time, compiled. */
export function classifier(units: readonly number[], entangled: boolean): tf.Sequential {
  const [inputs = 0, ...widths] = units;
  const model = tf.sequential();
  for (const [i, width] of widths.entries()) {
    const hidden = i < widths.length - 1;
    model.add(
      tf.layers.dense({
        units: width,
        activation: hidden ? 'relu' : 'softmax',
        kernelInitializer: tf.initializers.glorotUniform({ seed: i + 1 }),
        ...(i === 0 ? { inputShape: [inputs] } : {}),
      }),
    );
    if (hidden && entangled) model.add(softNearestNeighbor());
  }
  model.compile({
    optimizer: tf.train.adam(LEARNING_RATE),
    loss: entangled ? withTargetLabels(LOSS) : LOSS,
  });
  return model;
}

/** The plain loss of all hidden activations, which the layers should add to the compiled loss. */
async function plainTotal(model: tf.Sequential, x: tf.Tensor2D, labels: tf.Tensor1D) {
  const options = { temperature: 1, distance: 'cosine' } as const;
  const total = tf.tidy(() => {
    const losses: tf.Scalar[] = [];
    let activations = x;
    for (const layer of model.layers.slice(0, -1)) {
      activations = layer.apply(activations) as tf.Tensor2D;
      losses.push(plainLoss(labels, activations, options));
    }
    return tf.addN(losses);
  });
  const [value = Number.NaN] = await total.data<'float32'>();
  total.dispose();
  return value;
}

const outcome = (loss: number) => ({ loss, gradient: new Float32Array() });

/** Training of one network on one batch. */
class Trainer {
  readonly model: tf.Sequential;
  readonly #x: tf.Tensor2D;
  readonly #y: tf.Tensor2D;

  constructor(model: tf.Sequential, x: tf.Tensor2D, y: tf.Tensor2D) {
    this.model = model;
    this.#x = x;
    this.#y = y;
  }

  /** One call of `trainOnBatch`; returns the loss before it. */
  async step(): Promise<number> {
    return Number(await this.model.trainOnBatch(this.#x, this.#y));
  }

  /** A step that has been computed when it ends: some backends read the loss before. */
  async finishedStep(): Promise<void> {
    await this.step();
    if (SYNCHRONOUS.has(tf.getBackend())) return;
    await this.model.trainableWeights.at(-1)?.read().data();
  }

  /** The same step, as an epoch of one batch in `fit`. */
  async fit(): Promise<number> {
    const { history } = await this.model.fit(this.#x, this.#y, {
      batchSize: this.#x.shape[0],
      epochs: 1,
      shuffle: false,
      verbose: 0,
    });
    return Number(history.loss?.[0]);
  }

  dispose(): void {
    this.model.optimizer.dispose();
    this.model.dispose();
  }
}

/**
 * Times `trainOnBatch` with the layer behind every hidden layer, and without any. Before, the
 * layers must add the plain loss of the hidden activations, and `fit` must take the same step: the
 * same loss, and as much more work with the layers.
 *
 * @throws Error if they do not.
 */
export async function measureStep(
  { units, batch }: StepModel,
  repeats: number,
): Promise<StepTimes> {
  const [inputs = 0] = units;
  const { features, labels } = makeBatch(batch, inputs);
  const x = tf.tensor2d(features, [batch, inputs]);
  const ids = tf.tensor1d(labels, 'int32');
  const y = tf.tidy(() => tf.oneHot(ids, CLASSES).toFloat() as tf.Tensor2D);
  const entangled = new Trainer(classifier(units, true), x, y);
  const bare = new Trainer(classifier(units, false), x, y);
  const fitted = new Trainer(classifier(units, true), x, y);
  const layers = units.length - 2;
  try {
    const what = `A step of ${units.join('-')}`;
    const charged = await plainTotal(bare.model, x, ids);
    const loss = await entangled.step();
    assertAgree(outcome((await bare.step()) + charged), outcome(loss), `${what}, plain's loss`);
    assertAgree(outcome(loss), outcome(await fitted.fit()), `${what}, fit's loss`);

    // The first step of each has compiled and made the optimizer's slots.
    const step = await countWork(() => entangled.step());
    const added = beyond(step, await countWork(() => bare.step()));
    await bare.fit();
    // A layer reads the first labels that it finds on a device alone.
    for (let k = 0; k < layers; k++) await fitted.fit();
    const fit = await countWork(() => fitted.fit());
    const addedInFit = beyond(fit, await countWork(() => bare.fit()));
    // Not the launches: where textures are packed depends on how fit takes its batch. Nor how labels
    // are made of one-hot rows: fit cuts its batch on the device, where ArgMax makes them.
    const [inStep, inFit] = [added, addedInFit].map(
      ({ kernels: { ArgMax: _, ...kernels }, readBacks }) => JSON.stringify({ kernels, readBacks }),
    );
    if (inFit !== inStep) {
      throw new Error(
        `${what}: expected the layers to add ${inStep} in fit too, but got ${inFit}.`,
      );
    }

    const times = await interleaved(
      new Map([
        ['with', sampler(() => entangled.finishedStep())],
        ['without', sampler(() => bare.finishedStep())],
      ]),
      repeats,
    );
    const { with: a, without: b } = Object.fromEntries(times);
    if (a === undefined || b === undefined) throw new Error('Expected the times of both.');
    return {
      withMs: a.median,
      withoutMs: b.median,
      ratio: a.median / b.median,
      pairedRatio: median(a.samples.map((ms, i) => ms / (b.samples[i] ?? Number.NaN))),
      layers,
      added,
      kernel: kernelFor(tf.getBackend()),
    };
  } finally {
    for (const trainer of [entangled, bare, fitted]) trainer.dispose();
    tf.dispose([x, y, ids]);
  }
}
