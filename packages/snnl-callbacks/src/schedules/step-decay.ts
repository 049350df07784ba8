import { assertOptions, type OptionRules, rules } from 'snnl-layer';
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

const RULES: OptionRules<StepDecayOptions> = {
  initial: rules.positive,
  factor: rules.required(rules.positive),
  every: rules.required(rules.positive),
};

/**
 * T(step) = initial * factor^floor(step / every).
 *
 * @throws RangeError if a parameter is not finite and positive, or an option is unknown.
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  assertOptions('stepDecay', options, RULES);
  const { initial = 1, factor, every } = options;
  return checked('stepDecay', (step) => initial * factor ** Math.floor(step / every));
}
