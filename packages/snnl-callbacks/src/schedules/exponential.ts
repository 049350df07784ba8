import { assertPositive } from './parameters';
import { checked, type Schedule } from './schedule';

/** Options of {@link exponential}. */
export interface ExponentialOptions {
  /** T(0). Default 1. */
  readonly initial?: number;
  /** Factor of each `every` steps, below 1 to cool. */
  readonly rate: number;
  /** Default 1. */
  readonly every?: number;
}

/**
 * T(step) = initial * rate^(step / every).
 *
 * @throws RangeError if a parameter is not finite and positive.
 * @see Kirkpatrick, Gelatt & Vecchi 1983, Science 220(4598):671-680: the cooling of simulated
 *   annealing.
 */
export function exponential({ initial = 1, rate, every = 1 }: ExponentialOptions): Schedule {
  assertPositive('exponential', { initial, rate, every });
  return checked('exponential', (step) => initial * rate ** (step / every));
}
