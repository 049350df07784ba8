import { expect, it } from 'vitest';
import { CLASSES } from '../data/format';
import { judge } from './inspect';

it('counts what is read right, and the mean of -log p', () => {
  const sure = Array.from({ length: CLASSES }, (_, label) => (label === 3 ? 0.91 : 0.01));
  const { accuracy, crossEntropy } = judge([...sure, ...sure], [3, 4]);
  expect(accuracy).toBe(0.5);
  expect(crossEntropy).toBeCloseTo(-(Math.log(0.91) + Math.log(0.01)) / 2, 12);
});

it('stays finite where a probability is 0', () => {
  const wrong = Array.from({ length: CLASSES }, (_, label) => (label === 0 ? 1 : 0));
  expect(judge(wrong, [1])).toEqual({ accuracy: 0, crossEntropy: -Math.log(1e-7) });
});
