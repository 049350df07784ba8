import { disjointBatches, memoryBatches, seeds, selfBatches } from '../arbitraries.js';
import { withUpstream } from '../problems.js';
import { normal } from '../random.js';
import type { ConformanceCheck } from './check.js';
import { forAll } from './property.js';
import type { Sharing } from './run-kernel.js';
import { verifyForward, verifyGradient } from './verify.js';

const kinds = [
  { kind: 'a batch against itself, said to be one', batches: selfBatches, sharing: 'one batch' },
  { kind: 'a batch against itself, not said to be one', batches: selfBatches, sharing: 'two sets' },
  { kind: 'a batch within a memory', batches: memoryBatches, sharing: 'one batch' },
  { kind: 'a batch within a memory, not said to be', batches: memoryBatches, sharing: 'two sets' },
  { kind: 'anchors against other samples', batches: disjointBatches, sharing: 'two sets' },
] as const satisfies readonly { kind: string; batches: unknown; sharing: Sharing }[];

/** Both kernels against the float64 oracle, upstream gradients normal and of both signs. */
export const randomBatchChecks: readonly ConformanceCheck[] = kinds.flatMap(
  ({ kind, batches, sharing }) => [
    {
      group: 'random batches against the float64 oracle',
      name: `sums of ${kind}`,
      run: (context) =>
        forAll(context, batches(), seeds(), async (problem) => {
          await verifyForward(context, problem, sharing);
        }),
    },
    {
      group: 'random batches against the float64 oracle',
      name: `gradient of ${kind}`,
      run: (context) =>
        forAll(context, batches(), seeds(), async (problem, seed) => {
          await verifyGradient(context, withUpstream(problem, normal(seed)), sharing);
        }),
    },
  ],
);
