import fc from 'fast-check';
import type { CheckContext } from './check.js';

const seed = 20261124;

/** Holds `predicate` for `context.runs` draws, the same ones in every run of the suite. */
export async function forAll<A, B>(
  context: CheckContext,
  first: fc.Arbitrary<A>,
  second: fc.Arbitrary<B>,
  predicate: (first: A, second: B) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(first, second, predicate), { seed, numRuns: context.runs });
}
