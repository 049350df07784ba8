import type { ConformanceCheck } from './check.js';
import { closedFormChecks } from './closed-forms.js';
import { emptyChecks } from './empty.js';
import { goldenChecks } from './golden.js';
import { hygieneChecks } from './hygiene.js';
import { identityChecks } from './identities.js';
import { invarianceChecks } from './invariance.js';
import { nonFiniteChecks } from './non-finite.js';
import { randomBatchChecks } from './random-batches.js';
import { rectangleChecks } from './rectangles.js';
import { scaleChecks } from './scales.js';
import { sizeChecks } from './sizes.js';

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
  ...nonFiniteChecks,
  ...hygieneChecks,
];
