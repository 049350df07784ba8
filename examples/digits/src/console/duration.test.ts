import { expect, it } from 'vitest';
import { duration } from './duration';

it.each([
  [-3, '0 s'],
  [0.4, '0 s'],
  [59.6, '1 min 00 s'],
  [85, '1 min 25 s'],
  [3725, '1 h 02 min'],
])('writes %s seconds as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
