import '@tensorflow/tfjs-backend-cpu';
import { oneHot, tensor1d } from '@tensorflow/tfjs-core';
import { neighborEntanglement } from 'snnl-layer';
import { expect, test } from 'vitest';
import { ratioAtRightAngles } from './right-angles';

test.each([0.1, 0.5, 2])('is what one-hot rows have at T = %d', async (temperature) => {
  // So many of each class that leaving out the sample itself makes little difference.
  const ids = Array.from({ length: 2000 }, (_, i) => i % 5);
  const rows = oneHot(tensor1d(ids, 'int32'), 5);
  const { ratio } = await neighborEntanglement(ids, rows, { temperature });
  expect(ratio).toBeCloseTo(ratioAtRightAngles(5, temperature), 2);
});

test('is some third of chance for ten classes at T = 0.5', () => {
  expect(ratioAtRightAngles(10, 0.5)).toBeCloseTo(0.346, 3);
});
