import { expect } from 'vitest';
import type { UnitRowsReport } from './unit-rows';

/** Roundings of one sum of up to 5,000 terms, a root and a quotient, of 6e-8 each. */
const ROUNDING = 5e-7;

const relative = (found: readonly number[], expected: readonly number[]) =>
  expected.map((value, i) => (value === 0 ? found[i] : (found[i] ?? Number.NaN) / value));

/** What both backends must give. */
export function expectUnitRows(report: UnitRowsReport): void {
  const nan = Number.NaN;
  const units = [0.6, 0.8, 0, 0, 0.6, 0.8, 0.6, -0.8, 0.6, 0.8];
  expect(relative(report.units, units)).toEqual(
    units.map((value) => (value === 0 ? 0 : expect.closeTo(1, 6))),
  );
  // 1 / 4e38 is less than the smallest float32 that devices keep.
  const gradient = [0.128, -0.096, 0, 0, 6.4e29, -4.8e29, 6.4e-31, 4.8e-31];
  expect(relative(report.gradient, gradient)).toEqual(
    gradient.map((value) => (value === 0 ? 0 : expect.closeTo(1, 6))),
  );
  expect(report.spoilt).toEqual([nan, nan, nan, nan, nan, nan, 0, 1]);
  expect(report.spoiltGradient).toEqual([nan, nan, nan, nan, nan, nan, 0.5, 0]);
  expect(report.spoiltUpstream).toEqual([nan, nan, nan, nan, 0.5, 0]);
  expect(report.emptyShapes).toEqual([
    [0, 3],
    [0, 3],
    [2, 0],
    [2, 0],
  ]);
  expect(report.errors).toHaveLength(5);
  for (const errors of [...report.errors, report.slice, report.product]) {
    expect(errors.units).toBeLessThan(ROUNDING);
    expect(errors.gradient).toBeLessThan(ROUNDING);
  }
  expect(report.wrongOfMany).toBe(0);
  expect(report.sameBits).toBe(true);
  expect(report.kernels).toEqual(expect.arrayContaining(['SnnlUnitRows', 'SnnlUnitRowsGrad']));
}
