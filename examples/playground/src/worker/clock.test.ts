import { expect, it } from 'vitest';
import { Clock } from './clock';

it('counts steps a second without pauses, and nothing where no step was made', () => {
  const clock = new Clock();
  clock.rate(0, 1000);
  expect(clock.rate(10, 2000)).toBe(10);
  clock.rested(500);
  expect(clock.rate(20, 3000)).toBe(20);
  expect(clock.rate(20, 4000)).toBeNull();
});
