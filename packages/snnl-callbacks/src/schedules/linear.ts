import { assertOptions, type OptionRules, rules } from 'snnl-layer';
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

const RULES: OptionRules<LinearOptions> = {
  initial: rules.positive,
  final: rules.required(rules.positive),
  steps: rules.required(rules.positive),
};

/**
 * T(step) = initial + (final - initial) * min(step / steps, 1).
 *
 * @throws RangeError if a parameter is not finite and positive, or an option is unknown.
 */
export function linear(options: LinearOptions): Schedule {
  assertOptions('linear', options, RULES);
  const { initial = 1, final, steps } = options;
  return checked('linear', (step) => initial + (final - initial) * Math.min(step / steps, 1));
}
