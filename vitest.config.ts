import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of half a minute or more: browsers, emulated GPUs, programs as users run them. */
const LONG =
  /browser-test|emulator\.test|playground\.test|bench\/src\/main|conformance|demo\.test|faults/;

/** Long files first, so that no worker is left with one when the others are done. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const scripts = { test: { name: 'scripts', include: ['scripts/**/*.test.mjs'] } };

export default defineConfig({
  test: {
    projects: ['packages/*', 'examples/*', 'bench', 'docs', scripts],
    sequence: { sequencer: LongFirst },
    // Vitest leaves a core to itself, but waits for nearly all of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
