import { assertOptions, type OptionRules, rules } from 'snnl-layer';
import { checked, type Schedule, unchecked } from './schedule';

/** Options of {@link clamp}. */
export interface ClampOptions {
  /** Default: the smallest positive number that float32 keeps in full precision. */
  readonly min?: number;
  /** Default: the greatest float32. */
  readonly max?: number;
}

const RULES: OptionRules<ClampOptions> = {
  min: rules.positive,
  max: rules.positive,
};

/**
 * T(step) = min(max(schedule(step), min), max). A schedule that runs down to 0 or up to infinity
 * stays usable; one that gives NaN is still refused.
 *
 * @throws RangeError if a bound is not finite and positive, or `min` is greater than `max`.
 */
export function clamp(schedule: Schedule, options: ClampOptions): Schedule {
  assertOptions('clamp', options, RULES);
  const { min = 2 ** -126, max = (2 - 2 ** -23) * 2 ** 127 } = options;
  if (min > max) {
    throw new RangeError(`Expected min of clamp to be at most max, but got ${min} > ${max}.`);
  }
  const inner = unchecked(schedule);
  return checked('clamp', (step) => Math.min(Math.max(inner(step), min), max));
}
