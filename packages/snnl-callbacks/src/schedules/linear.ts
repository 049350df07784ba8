import { assertPositive } from './parameters';
import { checked, type Schedule } from './schedule';

/** Options of {@link linear}. */
export interface LinearOptions {
  /** T(0). Default 1. */
  readonly initial?: number;
  /** The temperature from step `steps` on. */
  readonly final: number;
  /** Steps from initial to final. */
  readonly steps: number;
}

/**
 * T(step) = initial + (final - initial) * min(step / steps, 1).
 *
 * @throws RangeError if a parameter is not finite and positive.
 */
export function linear({ initial = 1, final, steps }: LinearOptions): Schedule {
  assertPositive('linear', { initial, final, steps });
  return checked('linear', (step) => initial + (final - initial) * Math.min(step / steps, 1));
}
