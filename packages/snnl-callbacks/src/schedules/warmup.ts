import { assertOptions, type OptionRules, rules } from 'snnl-layer';
import { checked, type Schedule, unchecked } from './schedule';

/** Options of {@link warmup}. */
export interface WarmupOptions {
  /** T(0). */
  readonly initial: number;
  /** The step at which `schedule` begins with its own step 0. */
  readonly steps: number;
}

const RULES: OptionRules<WarmupOptions> = {
  initial: rules.required(rules.positive),
  steps: rules.required(rules.positive),
};

/**
 * Runs linearly from `initial` to where `schedule` begins, then follows it: T(step) = initial +
 * (schedule(0) - initial) * step / steps before step `steps`, schedule(step - steps) from there.
 *
 * @throws RangeError if a parameter is not finite and positive, or an option is unknown.
 */
export function warmup(schedule: Schedule, options: WarmupOptions): Schedule {
  assertOptions('warmup', options, RULES);
  const { initial, steps } = options;
  const after = unchecked(schedule);
  return checked('warmup', (step) =>
    step < steps ? initial + (after(0) - initial) * (step / steps) : after(step - steps),
  );
}
