import { assertOptions, type OptionRules, rules } from 'snnl-layer';
import { halfCosine } from './cosine';
import { checked, type Schedule } from './schedule';

/** Options of {@link cosineRestarts}. */
export interface CosineRestartsOptions {
  /** T(0). Default 1. */
  readonly initial?: number;
  /** The temperature that each cycle approaches. */
  readonly final: number;
  /** Steps of the first cycle. */
  readonly steps: number;
  /** How many times as long as the one before each cycle is; at least 1. Default 1. */
  readonly lengthen?: number;
  /** Factor of the height (initial - final) from cycle to cycle. Default 1. */
  readonly shrink?: number;
}

const RULES: OptionRules<CosineRestartsOptions> = {
  initial: rules.positive,
  final: rules.required(rules.positive),
  steps: rules.required(rules.positive),
  lengthen: {
    ...rules.finite,
    expected: 'a finite number of at least 1, so that cycles do not shorten to nothing',
    allows: (factor) => factor >= 1 && factor < Infinity,
  },
  shrink: rules.positive,
};

/**
 * Cosine annealing with warm restarts: T(step) = final + shrink^k * (initial - final) *
 * (1 + cos(pi * s / l)) / 2, at step s of cycle k, which is l = steps * lengthen^k steps long.
 *
 * @throws RangeError if a parameter is not finite and positive, or `lengthen` is below 1.
 * @see Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, for learning rates.
 */
export function cosineRestarts(options: CosineRestartsOptions): Schedule {
  assertOptions('cosineRestarts', options, RULES);
  const { initial = 1, final, steps, lengthen = 1, shrink = 1 } = options;
  return checked('cosineRestarts', (step) => {
    const { cycle, share } = position(step / steps, lengthen);
    return final + shrink ** cycle * (initial - final) * halfCosine(share);
  });
}

/** The cycle at a time counted in first cycles, and the share of that cycle which is over. */
function position(time: number, lengthen: number): { cycle: number; share: number } {
  if (lengthen === 1) return { cycle: Math.floor(time), share: time % 1 };
  // Cycle k begins at time (lengthen^k - 1) / (lengthen - 1).
  const begin = (cycle: number): number => (lengthen ** cycle - 1) / (lengthen - 1);
  let cycle = Math.floor(Math.log1p(time * (lengthen - 1)) / Math.log(lengthen));
  // The logarithm may round to the other side of a restart.
  if (begin(cycle + 1) <= time) cycle += 1;
  if (begin(cycle) > time) cycle -= 1;
  return { cycle, share: (time - begin(cycle)) / lengthen ** cycle };
}
