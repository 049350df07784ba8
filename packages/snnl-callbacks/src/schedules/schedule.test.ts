import { describe, expect, it } from 'vitest';
import { checked, temperatureAt } from './schedule';

describe('temperatureAt', () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s, naming the step', (value) => {
    expect(() => temperatureAt((step) => (step === 3 ? value : 1), 3)).toThrow(
      `Expected the temperature of the schedule at step 3 to be a finite number greater than 0, but got ${value}.`,
    );
  });

  it('refuses what is not a number', () => {
    const schedule = (): number => JSON.parse('"0.5"');
    expect(() => temperatureAt(schedule, 1)).toThrow('at step 1');
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses step %s', (step) => {
    expect(() => checked('flat', () => 1)(step)).toThrow('Expected the step of flat');
  });
});
