export {
  type BalancedBatches,
  type BalancedBatchesOptions,
  balancedBatches,
} from './balanced-batches';
export type {
  ActivityRegularization,
  ActivityRegularizationOptions,
} from './layer/activity-regularization';
export { allLayers } from './layer/graph';
export {
  activityRegularizer,
  registerLayer,
  SoftNearestNeighbor,
  softNearestNeighbor,
} from './layer/layer';
export type { SoftNearestNeighborOptions } from './layer/layer-options';
export { type EntanglementMetricOptions, entanglement } from './layer/metric';
export { type AttachEntanglementOptions, attachEntanglement } from './layer/rewire/attach';
export { stripEntanglement } from './layer/rewire/strip';
export { type LossOrMetricFunction, labelsOnly, withTargetLabels } from './layer/target-labels';
export type { Memory } from './loss/batch-options';
export { type Distance, distanceRule, type Temperature, temperatureRule } from './loss/distance';
export { type EncodedLabels, type EncodeLabelsOptions, encodeLabels } from './loss/encode-labels';
export type { Group, GroupArray } from './loss/group';
export {
  type ClassId,
  type ClassLabel,
  type IgnoredClass,
  ignoredClassRule,
  type LabelArray,
  type Labels,
} from './loss/label-values';
export { readLabels } from './loss/labels';
export {
  type SoftNearestNeighborLossOptions,
  softNearestNeighborLoss,
} from './loss/loss';
export type { Reduction } from './loss/loss-of-sums';
export {
  type DatasetEntanglement,
  type Entanglement,
  type NeighborEntanglementOptions,
  neighborEntanglement,
} from './loss/neighbor-entanglement';
export type { ClassWeight } from './loss/sample-weights';
export {
  ANCHOR_SUMS,
  assertKernelInputs,
  BATCH_LOSS,
  BATCH_LOSS_GRAD,
  CROSS_LOG_SUMS,
  isLabelled,
  type LimitedKernelConfig,
  LOSS_ANCHOR_SUMS,
  MISSING_LABEL,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  type NeighborLogSumsGradInputs,
  type NeighborLogSumsInputs,
  type ProblemSize,
  REDUCED_LOSS,
  UNIT_ROWS,
  UNIT_ROWS_GRAD,
} from './operation/contract';
export { HOST_KERNELS } from './operation/host/loss-kernels';
export {
  type KernelChoice,
  type KernelKind,
  kernelFor,
  kernelRule,
} from './operation/kernel-choice';
export { type KernelStatus, kernelStatus, reportKernels } from './operation/kernel-status';
export { type NeighborLogSumsOptions, neighborLogSums } from './operation/neighbor-log-sums';
export { registerCpuKernels } from './operation/wasm/register';
export { releaseCpuKernels } from './operation/wasm/runtime';
export { setCpuKernelThreads } from './operation/wasm/threads';
export {
  assertOptions,
  assertValue,
  describeValue,
  type OptionRules,
  type RequiredRule,
  type Rule,
  rules,
} from './options';
export { registerWasmMatMul } from './wasm-mat-mul';
