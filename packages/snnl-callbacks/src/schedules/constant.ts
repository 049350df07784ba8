import { assertPositive } from './parameters';
import { checked, type Schedule } from './schedule';

/**
 * The same temperature at every step: T(step) = temperature.
 *
 * @throws RangeError if `temperature` is not finite and positive.
 */
export function constant(temperature: number): Schedule {
  assertPositive('constant', { temperature });
  return checked('constant', () => temperature);
}
