import type { Digits } from '@snnl/datasets';
import * as tf from '@tensorflow/tfjs';
import { EntanglementLogger, type LogRecord } from 'snnl-callbacks';
import { neighborEntanglement, softNearestNeighbor, withTargetLabels } from 'snnl-layer';

/** What one training gave. */
export interface Trained {
  readonly model: tf.LayersModel;
  /** On the held-out digits, after each epoch. */
  readonly records: readonly LogRecord[];
  /** Share of the held-out digits that are classified correctly, after the last epoch. */
  readonly accuracy: number;
}

export interface Training {
  readonly factor: number;
  readonly temperature: number;
  readonly epochs: number;
  readonly train: Digits;
  readonly heldOut: Digits;
}

/** Entanglement is measured at this temperature in every figure and table, with cosine distances. */
export const MEASURED_AT = 0.1;

/** 784-128-64-10 with the loss in both hidden layers; the same seed in every training. */
export async function trainClassifier(options: Training): Promise<Trained> {
  const { factor, temperature, epochs, train, heldOut } = options;
  const dense = (units: number, activation: 'relu' | 'softmax', seed: number) => ({
    units,
    activation,
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
  });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ ...dense(128, 'relu', 1), inputShape: [784] }),
      softNearestNeighbor({ factor, temperature, name: 'first' }),
      tf.layers.dense(dense(64, 'relu', 2)),
      softNearestNeighbor({ factor, temperature, name: 'second' }),
      tf.layers.dense(dense(10, 'softmax', 3)),
    ],
  });
  const optimizer = tf.train.adam(0.001);
  model.compile({ optimizer, loss: withTargetLabels('categoricalCrossentropy') });
  const logger = new EntanglementLogger({
    x: heldOut.x,
    y: heldOut.labels,
    temperature: MEASURED_AT,
  });
  await model.fit(train.x, train.y, {
    epochs,
    batchSize: 100,
    // The digits are in random order already; tfjs would shuffle without a seed.
    shuffle: false,
    verbose: 0,
    callbacks: [logger],
  });
  const accuracy = tf.tidy(() => {
    const guess = tf.argMax(model.predict(heldOut.x) as tf.Tensor, 1);
    return tf.mean(tf.cast(tf.equal(guess, heldOut.labels), 'float32')).dataSync()[0] ?? NaN;
  });
  return { model, records: [...logger.records], accuracy };
}

/** Loss and chance, in nats, of features at each temperature. */
export async function lossAtTemperatures(
  features: tf.Tensor,
  labels: tf.Tensor,
  temperatures: readonly number[],
): Promise<{ temperature: number; loss: number; chance: number }[]> {
  const found = [];
  for (const temperature of temperatures) {
    const { loss, chance } = await neighborEntanglement(labels, features, { temperature });
    found.push({ temperature, loss, chance });
  }
  return found;
}
