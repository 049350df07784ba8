export type {
  KernelAdapter,
  KernelGradientInputs,
  KernelInputs,
} from './conformance/adapter.js';
export { optionalKernels, stepKernels } from './conformance/adapter.js';
export {
  type CheckContext,
  type ConformanceCheck,
  defaultTolerance,
  type Tolerance,
} from './conformance/check.js';
export { checksFor, kernelChecks } from './conformance/kernel-checks.js';

export { registeredKernels } from './conformance/registered-kernels.js';
export {
  type ConformanceResult,
  type RunChecksOptions,
  runChecks,
} from './conformance/run-checks.js';
