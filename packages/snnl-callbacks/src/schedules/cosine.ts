import { assertOptions, type OptionRules, rules } from 'snnl-layer';
import { checked, type Schedule } from './schedule';

/** Options of {@link cosine}. */
export interface CosineOptions {
  /** T(0). Default 1. */
  readonly initial?: number;
  /** The temperature from step `steps` on. */
  readonly final: number;
  /** Steps from initial to final. */
  readonly steps: number;
}

/** Half a cosine wave from 1 at `share` 0 to 0 at `share` 1. */
export function halfCosine(share: number): number {
  return (1 + Math.cos(Math.PI * share)) / 2;
}

const RULES: OptionRules<CosineOptions> = {
  initial: rules.positive,
  final: rules.required(rules.positive),
  steps: rules.required(rules.positive),
};

/**
 * T(step) = final + (initial - final) * (1 + cos(pi * min(step / steps, 1))) / 2.
 *
 * @throws RangeError if a parameter is not finite and positive, or an option is unknown.
 * @see Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, for learning rates.
 */
export function cosine(options: CosineOptions): Schedule {
  assertOptions('cosine', options, RULES);
  const { initial = 1, final, steps } = options;
  return checked(
    'cosine',
    (step) => final + (initial - final) * halfCosine(Math.min(step / steps, 1)),
  );
}
