import { assertOptions, type OptionRules, rules } from 'snnl-layer';
import { checked, type Schedule } from './schedule';

/** Options of {@link inversePower}. */
export interface InversePowerOptions {
  /** T(0). Default 1. */
  readonly initial?: number;
  /** Default 0.55, the paper's. */
  readonly gamma?: number;
}

const RULES: OptionRules<InversePowerOptions> = {
  initial: rules.positive,
  gamma: rules.notNegative,
};

/**
 * T(step) = initial / (1 + step)^gamma.
 *
 * @throws RangeError if `initial` is not finite and positive, or `gamma` is negative.
 * @see Agarap & Azcarraga 2020, arXiv:2006.04535, which takes the form from the annealed
 *   gradient noise of Neelakantan et al. 2015, arXiv:1511.06807.
 */
export function inversePower(options: InversePowerOptions = {}): Schedule {
  assertOptions('inversePower', options, RULES);
  const { initial = 1, gamma = 0.55 } = options;
  return checked('inversePower', (step) => initial / (1 + step) ** gamma);
}
