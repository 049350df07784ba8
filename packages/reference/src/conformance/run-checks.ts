import type { KernelAdapter } from './adapter.js';
import type { Tolerance } from './check.js';
import { checksFor } from './kernel-checks.js';

/** How many checks ran, and what those that failed said. */
export interface ConformanceResult {
  readonly checks: number;
  readonly failures: readonly string[];
}

export interface RunChecksOptions {
  readonly tolerance: Tolerance;
  /** Batches that fast-check draws for each property. */
  readonly runs: number;
  /** Checks whose name matches are left out. */
  readonly skip?: RegExp;
}

/** Runs the conformance suite without a test runner, for instance in a page; `setup` comes first. */
export async function runChecks(
  adapter: KernelAdapter,
  { tolerance, runs, skip }: RunChecksOptions,
): Promise<ConformanceResult> {
  const checks = checksFor(adapter).filter(({ name }) => !skip?.test(name));
  const failures: string[] = [];
  for (const check of checks) {
    try {
      await check.run({ adapter, tolerance, runs });
    } catch (error) {
      failures.push(`${check.group}, ${check.name}: ${error}`);
    }
  }
  return { checks: checks.length, failures };
}
