import type { Outcome } from './contender';

/** Relative difference allowed between two float32 formulations: fast and wrong does not count. */
const TOLERANCE = 1e-3;

/** Length of `a`, or of `a - b`. */
function length(a: Float32Array, b?: Float32Array): number {
  let total = 0;
  for (const [i, value] of a.entries()) total += (value - (b?.[i] ?? 0)) ** 2;
  return Math.sqrt(total);
}

/**
 * Throws unless two contenders computed the same loss and the same gradient.
 *
 * @throws Error naming both numbers.
 */
export function assertAgree(
  expected: Outcome,
  actual: Outcome,
  what: string,
  tolerance = TOLERANCE,
): void {
  const lossScale = Math.max(Math.abs(expected.loss), 1e-6);
  if (!(Math.abs(actual.loss - expected.loss) <= tolerance * lossScale)) {
    throw new Error(`${what}: expected the loss ${expected.loss}, but got ${actual.loss}.`);
  }
  if (actual.gradient.length !== expected.gradient.length) {
    throw new Error(
      `${what}: expected ${expected.gradient.length} gradient entries, but got ` +
        `${actual.gradient.length}.`,
    );
  }
  const difference = length(expected.gradient, actual.gradient);
  const gradientScale = Math.max(length(expected.gradient), 1e-12);
  if (!(difference <= tolerance * gradientScale)) {
    throw new Error(
      `${what}: the gradients differ by ${difference}, where their length is ${gradientScale}.`,
    );
  }
}
