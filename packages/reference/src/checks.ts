import type { ConformanceCheck } from './conformance/check.js';
import { closedFormChecks } from './conformance/closed-forms.js';
import { emptyChecks } from './conformance/empty.js';
import { goldenChecks } from './conformance/golden.js';
import { hygieneChecks } from './conformance/hygiene.js';
import { identityChecks } from './conformance/identities.js';
import { invarianceChecks } from './conformance/invariance.js';
import { nonFiniteChecks } from './conformance/non-finite.js';
import { randomBatchChecks } from './conformance/random-batches.js';
import { rectangleChecks } from './conformance/rectangles.js';
import { sizeChecks } from './conformance/sizes.js';

export type {
  KernelAdapter,
  KernelGradientInputs,
  KernelInputs,
} from './conformance/adapter.js';
export {
  type CheckContext,
  type ConformanceCheck,
  defaultTolerance,
  type Tolerance,
} from './conformance/check.js';

/** Everything a backend must do, without a test runner: each `run` rejects on a fault. */
export const kernelChecks: readonly ConformanceCheck[] = [
  ...goldenChecks,
  ...closedFormChecks,
  ...randomBatchChecks,
  ...sizeChecks,
  ...rectangleChecks,
  ...invarianceChecks,
  ...identityChecks,
  ...emptyChecks,
  ...nonFiniteChecks,
  ...hygieneChecks,
];
