import { mul, type Scalar, scalar, Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { KernelChoice } from './kernel-choice';
import { assertTemperature, type Temperature, temperatureScalar } from './temperature';
import { unitRows } from './unit-rows';

/**
 * Distance between features: `squaredEuclidean` |x - z|^2, or `cosine` 1 - x.z / (|x| |z|), which
 * for a zero vector is 1/2 to every other sample and 0 to another zero vector.
 */
export type Distance = 'cosine' | 'squaredEuclidean';

export function assertDistance(distance: unknown): asserts distance is Distance {
  if (distance !== 'cosine' && distance !== 'squaredEuclidean') {
    throw new RangeError(
      `Expected distance to be 'cosine' or 'squaredEuclidean', but got ${JSON.stringify(distance)}.`,
    );
  }
}

/** The features whose squared Euclidean distances stand for `distance`, by the kernels of a choice. */
export function embed(features: Tensor2D, distance: Distance, kernel: KernelChoice): Tensor2D {
  return distance === 'cosine' ? unitRows(features, kernel) : features;
}

/**
 * The temperature that belongs to {@link embed}: the cosine distance is half the squared
 * Euclidean distance of unit rows, so T becomes 2T (equation 7).
 */
export function embedTemperature(temperature: Temperature, distance: Distance): Scalar {
  if (distance !== 'cosine') return temperatureScalar(temperature);
  if (temperature instanceof Tensor) return mul(temperatureScalar(temperature), 2);
  assertTemperature(temperature);
  return scalar(2 * Math.fround(temperature), 'float32');
}
