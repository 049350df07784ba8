import { afterAll, beforeAll, describe, test } from 'vitest';
import {
  type ConformanceCheck,
  checksFor,
  defaultTolerance,
  type KernelAdapter,
  type Tolerance,
} from './checks.js';

export type {
  KernelAdapter,
  KernelGradientInputs,
  KernelInputs,
  Tolerance,
} from './checks.js';

export interface ConformanceOptions {
  /** Tighter (or looser) than the default, with its reason. */
  readonly tolerance?: Tolerance;
  /** Batches drawn for each property; 30 by default. */
  readonly runs?: number;
  /** For each check; 60,000 by default. */
  readonly timeoutMs?: number;
  /** Checks whose name matches are left out. */
  readonly skip?: RegExp;
}

/**
 * Declares the conformance suite of the two kernels for one backend.
 *
 * Runs in Node and in the browser. The checks themselves are {@link checksFor} the adapter, for use
 * without vitest.
 */
export function describeKernelConformance(
  name: string,
  adapter: KernelAdapter,
  { tolerance = defaultTolerance, runs = 30, timeoutMs = 60_000, skip }: ConformanceOptions = {},
): void {
  describe(`kernel conformance: ${name}`, () => {
    beforeAll(() => adapter.setup(), timeoutMs);
    afterAll(async () => adapter.dispose?.());
    for (const [group, checks] of byGroup(
      checksFor(adapter).filter(({ name }) => !skip?.test(name)),
    )) {
      describe(group, () => {
        for (const check of checks) {
          test(check.name, () => check.run({ adapter, tolerance, runs }), timeoutMs);
        }
      });
    }
  });
}

function byGroup(checks: readonly ConformanceCheck[]): Map<string, ConformanceCheck[]> {
  const groups = new Map<string, ConformanceCheck[]>();
  for (const check of checks) groups.set(check.group, [...(groups.get(check.group) ?? []), check]);
  return groups;
}
