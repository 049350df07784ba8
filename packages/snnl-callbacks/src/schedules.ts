import { assertOptions, assertValue, rules } from 'snnl-layer';
import { checked, type Schedule, unchecked } from './checked-schedule';

/**
 * The same temperature at every step: T(step) = temperature.
 *
 * @throws RangeError if `temperature` is not finite and positive.
 */
export function constant(temperature: number): Schedule {
  assertValue('temperature of constant', temperature, rules.positive);
  return checked('constant', () => temperature);
}

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
export function inversePower(options: InversePowerOptions = {}): Schedule {
  assertOptions<InversePowerOptions>('inversePower', options, {
    initial: rules.positive,
    gamma: rules.notNegative,
  });
  const { initial = 1, gamma = 0.55 } = options;
  return checked('inversePower', (step) => initial / (1 + step) ** gamma);
}

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
 * @throws RangeError if a parameter is not finite and positive, or an option is unknown.
 * @see Kirkpatrick, Gelatt & Vecchi 1983, Science 220(4598):671-680: the cooling of simulated
 *   annealing.
 */
export function exponential(options: ExponentialOptions): Schedule {
  assertOptions<ExponentialOptions>('exponential', options, {
    initial: rules.positive,
    rate: rules.required(rules.positive),
    every: rules.positive,
  });
  const { initial = 1, rate, every = 1 } = options;
  return checked('exponential', (step) => initial * rate ** (step / every));
}

/** Options of {@link linear}. */
export interface LinearOptions {
  /** T(0). Default 1. */
  readonly initial?: number;
  /** The temperature from step `steps` on. */
  readonly final: number;
  /** Steps from initial to final. */
  readonly steps: number;
}

/**
 * T(step) = initial + (final - initial) * min(step / steps, 1).
 *
 * @throws RangeError if a parameter is not finite and positive, or an option is unknown.
 */
export function linear(options: LinearOptions): Schedule {
  assertOptions<LinearOptions>('linear', options, {
    initial: rules.positive,
    final: rules.required(rules.positive),
    steps: rules.required(rules.positive),
  });
  const { initial = 1, final, steps } = options;
  return checked('linear', (step) => initial + (final - initial) * Math.min(step / steps, 1));
}

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
function halfCosine(share: number): number {
  return (1 + Math.cos(Math.PI * share)) / 2;
}

/**
 * T(step) = final + (initial - final) * (1 + cos(pi * min(step / steps, 1))) / 2.
 *
 * @throws RangeError if a parameter is not finite and positive, or an option is unknown.
 * @see Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, for learning rates.
 */
export function cosine(options: CosineOptions): Schedule {
  assertOptions<CosineOptions>('cosine', options, {
    initial: rules.positive,
    final: rules.required(rules.positive),
    steps: rules.required(rules.positive),
  });
  const { initial = 1, final, steps } = options;
  return checked(
    'cosine',
    (step) => final + (initial - final) * halfCosine(Math.min(step / steps, 1)),
  );
}

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

/**
 * Cosine annealing with warm restarts: T(step) = final + shrink^k * (initial - final) *
 * (1 + cos(pi * s / l)) / 2, at step s of cycle k, which is l = steps * lengthen^k steps long.
 *
 * @throws RangeError if a parameter is not finite and positive, or `lengthen` is below 1.
 * @see Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, for learning rates.
 */
export function cosineRestarts(options: CosineRestartsOptions): Schedule {
  assertOptions<CosineRestartsOptions>('cosineRestarts', options, {
    initial: rules.positive,
    final: rules.required(rules.positive),
    steps: rules.required(rules.positive),
    lengthen: {
      ...rules.finite,
      expected: 'a finite number of at least 1, so that cycles do not shorten to nothing',
      allows: (factor) => factor >= 1 && factor < Infinity,
    },
    shrink: rules.positive,
  });
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

/** Options of {@link stepDecay}. */
export interface StepDecayOptions {
  /** T(0). Default 1. */
  readonly initial?: number;
  /** Factor of each drop. */
  readonly factor: number;
  /** Steps between drops. */
  readonly every: number;
}

/**
 * T(step) = initial * factor^floor(step / every).
 *
 * @throws RangeError if a parameter is not finite and positive, or an option is unknown.
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  assertOptions<StepDecayOptions>('stepDecay', options, {
    initial: rules.positive,
    factor: rules.required(rules.positive),
    every: rules.required(rules.positive),
  });
  const { initial = 1, factor, every } = options;
  return checked('stepDecay', (step) => initial * factor ** Math.floor(step / every));
}

/**
 * The temperature of the last point at or before the step: T(step) = temperature_k for
 * step_k <= step < step_(k+1).
 *
 * @param points Pairs of step and temperature, the first at step 0, with rising steps; for
 *   example `[[0, 1], [10, 0.5], [50, 0.1]]`.
 * @throws RangeError if there is no point at step 0, steps do not rise, or a temperature is not
 *   finite and positive.
 */
export function piecewise(points: readonly (readonly [number, number])[]): Schedule {
  const pair = rules.arrayOf(rules.any<number>('a number'));
  assertValue(
    'points of piecewise',
    points,
    rules.arrayOf(pair, 'an array of [step, temperature]'),
  );
  if (points[0]?.[0] !== 0) {
    throw new RangeError(
      `Expected the first point of piecewise to be at step 0, but got ${points[0]?.[0] ?? 'none'}.`,
    );
  }
  points.forEach(([step, temperature], k) => {
    assertValue(`temperature ${k} of piecewise`, temperature, rules.positive);
    const before = points[k - 1]?.[0] ?? -1;
    if (!(step > before && step < Infinity)) {
      throw new RangeError(
        `Expected the steps of piecewise to rise, but point ${k} is at ${step} after ${before}.`,
      );
    }
  });
  const copy = points.map(([step, temperature]) => ({ step, temperature }));
  return checked('piecewise', (step) => {
    const current = copy.filter((point) => point.step <= step).at(-1);
    return current?.temperature ?? Number.NaN;
  });
}

/** Options of {@link warmup}. */
export interface WarmupOptions {
  /** T(0). */
  readonly initial: number;
  /** The step at which `schedule` begins with its own step 0. */
  readonly steps: number;
}

/**
 * Runs linearly from `initial` to where `schedule` begins, then follows it: T(step) = initial +
 * (schedule(0) - initial) * step / steps before step `steps`, schedule(step - steps) from there.
 *
 * @throws RangeError if a parameter is not finite and positive, or an option is unknown.
 */
export function warmup(schedule: Schedule, options: WarmupOptions): Schedule {
  assertOptions<WarmupOptions>('warmup', options, {
    initial: rules.required(rules.positive),
    steps: rules.required(rules.positive),
  });
  const { initial, steps } = options;
  const after = unchecked(schedule);
  return checked('warmup', (step) =>
    step < steps ? initial + (after(0) - initial) * (step / steps) : after(step - steps),
  );
}

/** Options of {@link clamp}. */
export interface ClampOptions {
  /** Default: the smallest positive number that float32 keeps in full precision. */
  readonly min?: number;
  /** Default: the greatest float32. */
  readonly max?: number;
}

/**
 * T(step) = min(max(schedule(step), min), max). A schedule that runs down to 0 or up to infinity
 * stays usable; one that gives NaN is still refused.
 *
 * @throws RangeError if a bound is not finite and positive, or `min` is greater than `max`.
 */
export function clamp(schedule: Schedule, options: ClampOptions): Schedule {
  assertOptions<ClampOptions>('clamp', options, {
    min: rules.positive,
    max: rules.positive,
  });
  const { min = 2 ** -126, max = (2 - 2 ** -23) * 2 ** 127 } = options;
  if (min > max) {
    throw new RangeError(`Expected min of clamp to be at most max, but got ${min} > ${max}.`);
  }
  const inner = unchecked(schedule);
  return checked('clamp', (step) => Math.min(Math.max(inner(step), min), max));
}
