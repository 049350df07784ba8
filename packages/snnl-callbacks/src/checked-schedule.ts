/**
 * A temperature, or a factor, for each step. Steps are epochs or batches, counted from 0. Any function of the
 * step can be one.
 */
export type Schedule = (step: number) => number;

/** What the checked schedules of this package compute before the check. */
const formulas = new WeakMap<Schedule, Schedule>();

/**
 * The temperature of `schedule` at `step`.
 *
 * @param name What error messages call the schedule.
 * @throws RangeError if the step is not a number of at least 0, or the temperature is not finite
 *   and positive.
 */
export function temperatureAt(schedule: Schedule, step: number, name = 'the schedule'): number {
  if (!(Number.isFinite(step) && step >= 0)) {
    throw new RangeError(`Expected the step of ${name} to be a number of at least 0, got ${step}.`);
  }
  const temperature = schedule(step);
  if (typeof temperature !== 'number' || !(temperature > 0 && temperature < Infinity)) {
    throw new RangeError(
      `Expected the temperature of ${name} at step ${step} to be a finite number greater than 0, ` +
        `but got ${temperature}. Change the schedule, or bound it with clamp(schedule, {min, max}).`,
    );
  }
  return temperature;
}

/**
 * The factor of `schedule` at `step`.
 *
 * @throws RangeError if it is not a finite number.
 */
export function factorAt(schedule: Schedule, step: number): number {
  const factor = schedule(step);
  if (typeof factor === 'number' && Number.isFinite(factor)) return factor;
  throw new RangeError(
    `Expected the factor of the schedule at step ${step} to be a finite number, but got ${factor}. ` +
      'Change the schedule.',
  );
}

/** A schedule that refuses temperatures which are not finite and positive. */
export function checked(name: string, formula: Schedule): Schedule {
  const schedule: Schedule = (step) => temperatureAt(formula, step, name);
  formulas.set(schedule, formula);
  return schedule;
}

/** The schedule without its check, so that `clamp` can mend what it computes. */
export function unchecked(schedule: Schedule): Schedule {
  if (typeof schedule !== 'function') {
    throw new TypeError(`Expected a schedule, a function of the step, but got ${typeof schedule}.`);
  }
  return formulas.get(schedule) ?? schedule;
}
