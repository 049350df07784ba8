import type { ConformanceCheck } from './conformance/check.js';
import { goldenChecks } from './conformance/golden.js';

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
export const kernelChecks: readonly ConformanceCheck[] = [...goldenChecks];
