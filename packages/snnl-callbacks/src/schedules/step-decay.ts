import { assertPositive } from './parameters';
import { checked, type Schedule } from './schedule';

/** Options of {@link stepDecay}. */
export interface StepDecayOptions {
  /** T(0). Default 1. */
  readonly initial?: number;
  /** Factor of each drop. */
  readonly factor: number;
  /** Steps between drops. */
  readonly every: number;
}

/**
 * T(step) = initial * factor^floor(step / every).
 *
 * @throws RangeError if a parameter is not finite and positive.
 */
export function stepDecay({ initial = 1, factor, every }: StepDecayOptions): Schedule {
  assertPositive('stepDecay', { initial, factor, every });
  return checked('stepDecay', (step) => initial * factor ** Math.floor(step / every));
}
