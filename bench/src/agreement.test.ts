import { expect, test } from 'vitest';
import { assertAgree } from './agreement';

const outcome = (loss: number, ...gradient: number[]) => ({
  loss,
  gradient: Float32Array.from(gradient),
});

test('outcomes within 0.1 % agree', () => {
  expect(() => assertAgree(outcome(2, 3, 4), outcome(2.001, 3.002, 4), 'x')).not.toThrow();
  expect(() => assertAgree(outcome(2), outcome(2), 'x')).not.toThrow();
});

test.each([
  ['another loss', outcome(2.1, 3, 4), /x: expected the loss 2, but got 2.1/],
  ['a loss that is not a number', outcome(Number.NaN, 3, 4), /got NaN/],
  ['another gradient', outcome(2, 3, 4.1), /the gradients differ by 0.09.*their length is 5/],
  ['a gradient that is not a number', outcome(2, 3, Number.NaN), /the gradients differ by NaN/],
  ['a shorter gradient', outcome(2, 3), /expected 2 gradient entries, but got 1/],
])('%s is refused', (_, actual, message) => {
  expect(() => assertAgree(outcome(2, 3, 4), actual, 'x')).toThrow(message);
});
