import { assertValue, rules } from 'snnl-layer';
import { checked, type Schedule } from './schedule';

/**
 * The same temperature at every step: T(step) = temperature.
 *
 * @throws RangeError if `temperature` is not finite and positive.
 */
export function constant(temperature: number): Schedule {
  assertValue('temperature of constant', temperature, rules.positive);
  return checked('constant', () => temperature);
}
