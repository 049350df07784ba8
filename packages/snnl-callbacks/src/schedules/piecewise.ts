import { assertValue, rules } from 'snnl-layer';
import { checked, type Schedule } from './schedule';

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
