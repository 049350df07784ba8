import { mul, type Scalar, scalar, Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { KernelKind } from '../operation/kernel-choice';
import { unitRows, unitRowsGradient } from '../operation/unit-rows';
import { rules } from '../options';
import { assertTemperature, type Temperature, temperatureScalar } from './temperature';

/**
 * Distance between features: `squaredEuclidean` |x - z|^2, or `cosine` 1 - x.z / (|x| |z|), which
 * for a zero vector is 1/2 to every other sample and 0 to another zero vector.
 */
export type Distance = 'cosine' | 'squaredEuclidean';

/** A {@link Distance} by its name. */
export const distanceRule = rules.oneOf<Distance>(['cosine', 'squaredEuclidean']);

/** The features whose squared Euclidean distances stand for `distance`. No gradient flows. */
export function embed(features: Tensor2D, distance: Distance, kind: KernelKind): Tensor2D {
  return distance === 'cosine' ? unitRows(features, kind) : features;
}

/** The gradient of {@link embed} for the features, from that for its result. */
export function embedGradient(
  features: Tensor2D,
  gradient: Tensor2D,
  distance: Distance,
  kind: KernelKind,
): Tensor2D {
  return distance === 'cosine' ? unitRowsGradient(features, gradient, kind) : gradient;
}

/**
 * What the temperature is multiplied by to belong to {@link embed}: the cosine distance is half the
 * squared Euclidean distance of unit rows (equation 7).
 */
export const temperatureFactor = (distance: Distance): number => (distance === 'cosine' ? 2 : 1);

/** The temperature that belongs to {@link embed}. */
export function embedTemperature(temperature: Temperature, distance: Distance): Scalar {
  const factor = temperatureFactor(distance);
  if (temperature instanceof Tensor) {
    const value = temperatureScalar(temperature);
    return factor === 1 ? value : mul(value, factor);
  }
  assertTemperature(temperature);
  return scalar(factor * Math.fround(temperature), 'float32');
}
