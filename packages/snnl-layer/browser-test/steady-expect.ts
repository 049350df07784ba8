import '@tensorflow/tfjs-backend-cpu';
import { expect } from 'vitest';
import { type Steadiness, steadiness } from './steadiness';

/** The same on the cpu backend of Node, for all engines and backends. */
const expected = steadiness('cpu');

/**
 * What every backend must give in every engine: the same bits in each call, and the numbers of Node.
 * A call may be off by the tolerance of shaders; training multiplies that from step to step.
 */
export async function expectSteady(found: Steadiness): Promise<void> {
  const { loss, gradientNorm, firstStep, lastStep } = await expected;
  expect(found.changed).toEqual([]);
  expect(found.loss / loss).toBeCloseTo(1, 5);
  expect(found.gradientNorm / gradientNorm).toBeCloseTo(1, 5);
  expect(found.firstStep / firstStep).toBeCloseTo(1, 5);
  expect(found.lastStep / lastStep).toBeCloseTo(1, 4);
  expect(lastStep).toBeLessThan(0.9 * firstStep);
}
