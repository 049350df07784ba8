import { digits } from '@snnl/datasets';
import * as tf from '@tensorflow/tfjs';
import { balancedBatches, softNearestNeighbor } from 'snnl-layer';

/** Codes of test digits as an autoencoder with two code units makes them. */
export interface Codes {
  readonly title: string;
  readonly points: readonly (readonly [number, number])[];
  readonly labels: readonly number[];
}

const SEED = 1;

/** Trains on 10,000 digits; `factor` 0 leaves the loss out. Returns the codes of 1,000 test digits. */
export async function codes(factor: number, title: string): Promise<Codes> {
  const train = digits('train', 0, 10_000);
  const test = digits('test', 0, 1000);
  const dense = (units: number, activation: 'relu' | 'linear' | 'sigmoid', seed: number) =>
    tf.layers.dense({
      units,
      activation,
      kernelInitializer: tf.initializers.glorotUniform({ seed: SEED * 100 + seed }),
    });
  const image = tf.input({ shape: [784] });
  const label = tf.input({ shape: [1] });
  const snnl = softNearestNeighbor({ factor, temperature: 0.2, distance: 'squaredEuclidean' });
  let hidden = dense(256, 'relu', 1).apply(image) as tf.SymbolicTensor;
  hidden = dense(64, 'relu', 2).apply(hidden) as tf.SymbolicTensor;
  const code = dense(2, 'linear', 3).apply(hidden) as tf.SymbolicTensor;
  let decoded = snnl.apply([code, label]) as tf.SymbolicTensor;
  decoded = dense(64, 'relu', 4).apply(decoded) as tf.SymbolicTensor;
  decoded = dense(256, 'relu', 5).apply(decoded) as tf.SymbolicTensor;
  const output = dense(784, 'sigmoid', 6).apply(decoded) as tf.SymbolicTensor;
  const model = tf.model({ inputs: [image, label], outputs: output });
  model.compile({ optimizer: tf.train.adam(0.002), loss: 'binaryCrossentropy' });

  const batches = balancedBatches(train.ids, { classesPerBatch: 10, samplesPerClass: 10, seed: 1 });
  for (let epoch = 0; epoch < 15; epoch++) {
    let loss = 0;
    for (const index of batches) {
      const [x, y] = tf.tidy(() => {
        const taken = tf.tensor1d(index, 'int32');
        return [tf.gather(train.x, taken), tf.gather(train.labels, taken)];
      });
      loss = (await model.trainOnBatch([x as tf.Tensor, y as tf.Tensor], x as tf.Tensor)) as number;
      tf.dispose([x, y]);
    }
    console.log(`${title}: epoch ${epoch + 1}, loss ${loss.toFixed(3)}`);
  }
  const encoder = tf.model({ inputs: image, outputs: code });
  const found = (encoder.predict(test.x) as tf.Tensor2D).arraySync();
  const rounded = (value = NaN): number => Number(value.toFixed(3));
  const points = found.map(([x, y]) => [rounded(x), rounded(y)] as const);
  return { title, points, labels: test.ids };
}
