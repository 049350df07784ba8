export type {
  BatchAttrs,
  BatchInputs,
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
export { checksFor, kernelChecks } from './conformance/kernel-checks.js';

export { batchKernels, registeredKernels } from './conformance/registered-kernels.js';
export {
  type ConformanceResult,
  type RunChecksOptions,
  runChecks,
} from './conformance/run-checks.js';
