import {
  cast,
  oneHot,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { LabelledImages } from './images';
import { datasetSource, readImages } from './sources';

/** The images at `indices` (all by default) as rows of pixels from 0 to 1. */
export function pixelRows(
  { count, rows, columns, pixels }: LabelledImages,
  indices?: ArrayLike<number>,
): Tensor2D {
  const size = rows * columns;
  const taken = indices?.length ?? count;
  const values = new Float32Array(taken * size);
  for (let row = 0; row < taken; row += 1) {
    const from = size * (indices?.[row] ?? row);
    for (let pixel = 0; pixel < size; pixel += 1) {
      values[row * size + pixel] = (pixels[from + pixel] as number) / 255;
    }
  }
  return tensor2d(values, [taken, size]);
}

/** Images as tensors. */
export interface Digits {
  /** Pixels from 0 to 1, `[count, 784]`. */
  readonly x: Tensor2D;
  /** One-hot rows `[count, 10]`. */
  readonly y: Tensor2D;
  /** Class ids `[count]`, int32, and the same as an array. */
  readonly labels: Tensor1D;
  readonly ids: readonly number[];
}

/** `count` MNIST digits of the training or test file, from `begin` on. */
export function digits(split: 'train' | 'test', begin: number, count: number): Digits {
  const images = readImages(datasetSource('mnist'), split);
  const ids = [...images.labels.subarray(begin, begin + count)];
  const labels = tensor1d(ids, 'int32');
  return tidy(() => ({
    x: pixelRows(
      images,
      ids.map((_, i) => begin + i),
    ),
    y: cast(oneHot(labels, 10), 'float32') as Tensor2D,
    labels,
    ids,
  }));
}
