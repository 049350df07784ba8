import { expect } from 'vitest';
import type { UnitRowsReport } from './unit-rows';

/** What both backends must give. */
export function expectUnitRows({ wrongOfMany, slice, product, kernels }: UnitRowsReport): void {
  expect(wrongOfMany).toBe(0);
  for (const error of [slice, product]) expect(error).toBeLessThan(5e-7);
  expect(kernels).toEqual(expect.arrayContaining(['SnnlUnitRows', 'SnnlUnitRowsGrad']));
}
