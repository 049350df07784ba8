import {
  cast,
  div,
  oneHot,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { CLASSES, type Images, PIXELS } from '../data/format';

export interface DigitTensors {
  /** float32 `[count, PIXELS]`, 0 to 1. */
  readonly pixels: Tensor2D;
  /** int32 class ids `[count]`. */
  readonly labels: Tensor1D;
  /** The same as float32 one-hot rows `[count, CLASSES]`. */
  readonly targets: Tensor2D;
}

/** The images on the current backend. */
export function digitTensors({ pixels, labels }: Images): DigitTensors {
  return tidy(() => {
    const ids = tensor1d(Int32Array.from(labels), 'int32');
    return {
      pixels: div<Tensor2D>(tensor2d(Float32Array.from(pixels), [labels.length, PIXELS]), 255),
      labels: ids,
      targets: cast<Tensor2D>(oneHot(ids, CLASSES) as Tensor2D, 'float32'),
    };
  });
}
