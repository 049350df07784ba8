import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import type { LabelledImages } from '../data/labelled-images';

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
