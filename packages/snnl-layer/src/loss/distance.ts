import {
  add,
  cast,
  mul,
  reshape,
  type Scalar,
  scalar,
  Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { KernelKind } from '../operation/kernel-choice';
import { unitRows, unitRowsGradient } from '../operation/unit-rows';
import { assertValue, type Rule, rules } from '../options';

/** A temperature: a number, or a scalar tensor or variable, which may then be learned. */
export type Temperature = number | Tensor;

/** The least normal float32, and the largest of which twice as much is one (equation 7 doubles T). */
export const TEMPERATURE_RANGE = { least: 2 ** -126, most: (2 - 2 ** -23) * 2 ** 126 };

/** A temperature as a number: positive, and one that float32 holds. */
export const temperatureRule: Rule<number> = {
  ...rules.finite,
  expected:
    `a finite number greater than 0 (from ${TEMPERATURE_RANGE.least.toPrecision(3)} to ` +
    `${TEMPERATURE_RANGE.most.toPrecision(3)}, which float32 can hold)`,
  allows: (temperature) =>
    temperature >= TEMPERATURE_RANGE.least && temperature <= TEMPERATURE_RANGE.most,
};

/** @throws RangeError if `temperature` is not a positive number that float32 holds. */
export const assertTemperature = (temperature: number): void =>
  assertValue('the temperature', temperature, temperatureRule);

/**
 * The temperature as a float32 scalar.
 *
 * @throws RangeError if a number is not finite and positive. The value of a tensor is not read:
 *   one that is not finite and positive yields NaN losses.
 */
export function temperatureScalar(temperature: Temperature): Scalar {
  if (!(temperature instanceof Tensor)) {
    assertTemperature(temperature);
    return scalar(temperature, 'float32');
  }
  if (temperature.size !== 1) {
    throw new Error(
      `Expected a temperature tensor to hold one value, but got shape [${temperature.shape}].`,
    );
  }
  const value: Scalar = temperature.rank === 0 ? (temperature as Scalar) : reshape(temperature, []);
  return value.dtype === 'float32' ? value.clone() : cast(value, 'float32');
}

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

/**
 * The temperature that belongs to {@link embed}.
 *
 * @param poison 0, or NaN to make all that comes of it NaN.
 */
export function embedTemperature(
  temperature: Temperature,
  distance: Distance,
  poison?: Scalar,
): Scalar {
  if (poison !== undefined) return add(embedTemperature(temperature, distance), poison);
  const factor = temperatureFactor(distance);
  if (temperature instanceof Tensor) {
    const value = temperatureScalar(temperature);
    return factor === 1 ? value : mul(value, factor);
  }
  assertTemperature(temperature);
  return scalar(factor * Math.fround(temperature), 'float32');
}
