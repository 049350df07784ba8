import type { KernelAdapter } from './adapter.js';
import { batchChecks } from './batch.js';
import type { ConformanceCheck } from './check.js';
import { closedFormChecks } from './closed-forms.js';
import { crossChecks } from './cross.js';
import { emptyChecks } from './empty.js';
import { goldenChecks } from './golden.js';
import { hygieneChecks } from './hygiene.js';
import { identityChecks } from './identities.js';
import { invarianceChecks } from './invariance.js';
import { lossSumsChecks } from './loss-sums.js';
import { missingLabelChecks } from './missing-labels.js';
import { nonFiniteChecks } from './non-finite.js';
import { randomBatchChecks } from './random-batches.js';
import { rectangleChecks } from './rectangles.js';
import { scaleChecks } from './scales.js';
import { sizeChecks } from './sizes.js';
import { unitRowsChecks } from './unit-rows.js';

/** Everything a backend must do, without a test runner: each `run` rejects on a fault. */
export const kernelChecks: readonly ConformanceCheck[] = [
  ...goldenChecks,
  ...closedFormChecks,
  ...randomBatchChecks,
  ...sizeChecks,
  ...scaleChecks,
  ...rectangleChecks,
  ...invarianceChecks,
  ...identityChecks,
  ...emptyChecks,
  ...missingLabelChecks,
  ...nonFiniteChecks,
  ...hygieneChecks,
  ...unitRowsChecks,
  ...lossSumsChecks,
  ...crossChecks,
  ...batchChecks,
];

/** The checks that `adapter` must pass: those of optional kernels only where it has them. */
export function checksFor(adapter: KernelAdapter): readonly ConformanceCheck[] {
  const has = Object.keys(adapter.optional ?? {});
  return kernelChecks.filter(({ needs }) => needs?.some((kernel) => has.includes(kernel)) ?? true);
}
