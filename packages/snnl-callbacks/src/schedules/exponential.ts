import { assertOptions, type OptionRules, rules } from 'snnl-layer';
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

const RULES: OptionRules<ExponentialOptions> = {
  initial: rules.positive,
  rate: rules.required(rules.positive),
  every: rules.positive,
};

/**
 * T(step) = initial * rate^(step / every).
 *
 * @throws RangeError if a parameter is not finite and positive, or an option is unknown.
 * @see Kirkpatrick, Gelatt & Vecchi 1983, Science 220(4598):671-680: the cooling of simulated
 *   annealing.
 */
export function exponential(options: ExponentialOptions): Schedule {
  assertOptions('exponential', options, RULES);
  const { initial = 1, rate, every = 1 } = options;
  return checked('exponential', (step) => initial * rate ** (step / every));
}
