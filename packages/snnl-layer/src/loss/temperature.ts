import { cast, reshape, type Scalar, scalar, Tensor } from '@tensorflow/tfjs-core';
import { assertValue, type Rule, rules } from '../options';

/** A temperature: a number, or a scalar tensor or variable, which may then be learned. */
export type Temperature = number | Tensor;

/** The least normal float32, and the largest of which twice as much is one (equation 7 doubles T). */
const LEAST = 2 ** -126;
const MOST = (2 - 2 ** -23) * 2 ** 126;

/** A temperature as a number: positive, and one that float32 holds. */
export const temperatureRule: Rule<number> = {
  ...rules.finite,
  expected:
    `a finite number greater than 0 (from ${LEAST.toPrecision(3)} to ${MOST.toPrecision(3)}, which ` +
    'float32 can hold)',
  allows: (temperature) => temperature >= LEAST && temperature <= MOST,
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
