import { assertNotNegative, assertPositive } from './parameters';
import { checked, type Schedule } from './schedule';

/** Options of {@link inversePower}. */
export interface InversePowerOptions {
  /** T(0). Default 1. */
  readonly initial?: number;
  /** Default 0.55, the paper's. */
  readonly gamma?: number;
}

/**
 * T(step) = initial / (1 + step)^gamma.
 *
 * @throws RangeError if `initial` is not finite and positive, or `gamma` is negative.
 * @see Agarap & Azcarraga 2020, arXiv:2006.04535, which takes the form from the annealed
 *   gradient noise of Neelakantan et al. 2015, arXiv:1511.06807.
 */
export function inversePower({ initial = 1, gamma = 0.55 }: InversePowerOptions = {}): Schedule {
  assertPositive('inversePower', { initial });
  assertNotNegative('inversePower', 'gamma', gamma);
  return checked('inversePower', (step) => initial / (1 + step) ** gamma);
}
