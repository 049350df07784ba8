import { at } from '../at.js';
import type { Matrix } from '../types.js';

/** Fails unless |got - expected| <= relative |expected| + bound, or both are NaN. */
export function expectClose(
  what: string,
  got: number,
  expected: number,
  relative: number,
  bound: number,
): void {
  if (Number.isNaN(expected) && Number.isNaN(got)) return;
  const allowed = relative * Math.abs(expected) + bound;
  const error = Math.abs(got - expected);
  if (error <= allowed) return;
  throw new Error(
    `${what}: expected ${expected}, got ${got}; off by ${error}, allowed ${allowed}.`,
  );
}

/** Fails unless |got - expected| <= relative |expected| + bound in the norm over all entries. */
export function expectCloseNorm(
  what: string,
  got: Matrix,
  expected: Matrix,
  relative: number,
  bound: number,
): void {
  const allowed = relative * norm(expected.flat()) + bound;
  const error = norm(subtract(got, expected).flat());
  if (error <= allowed) return;
  throw new Error(
    `${what}: off by ${error} in norm, allowed ${allowed} (norm expected ${norm(expected.flat())}).`,
  );
}

/** Fails unless the numbers are the same, NaN included. */
export function expectEqual(what: string, got: readonly number[], expected: readonly number[]) {
  const same =
    got.length === expected.length && got.every((v, i) => Object.is(v + 0, at(expected, i) + 0));
  if (!same) throw new Error(`${what}: expected [${expected}], got [${got}].`);
}

export function expectAllNaN(what: string, values: readonly number[]): void {
  const index = values.findIndex((value) => !Number.isNaN(value));
  if (index >= 0) throw new Error(`${what}: expected NaN, got ${at(values, index)} at ${index}.`);
}

export function expectFinite(what: string, values: readonly number[]): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index >= 0)
    throw new Error(`${what}: expected a finite number, got ${at(values, index)} at ${index}.`);
}

export function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function subtract(left: Matrix, right: Matrix): number[][] {
  return left.map((row, i) => row.map((value, k) => value - at(at(right, i), k)));
}
