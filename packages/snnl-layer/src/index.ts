export {
  type BalancedBatches,
  type BalancedBatchesOptions,
  balancedBatches,
} from './balanced-batches';
export type { Memory, Reduction } from './batch-loss';
export { type Distance, distanceRule } from './distance';
export { HOST_KERNELS } from './host/loss-kernels';
export { allLayers } from './inner-layers';
export {
  type KernelChoice,
  type KernelKind,
  kernelFor,
  kernelRule,
  type LimitedKernelConfig,
  type ProblemSize,
} from './kernel-choice';
export {
  assertKernelInputs,
  type NeighborLogSumsGradInputs,
  type NeighborLogSumsInputs,
} from './kernel-inputs';
export {
  ANCHOR_SUMS,
  BATCH_LOSS,
  BATCH_LOSS_GRAD,
  CROSS_LOG_SUMS,
  LOSS_ANCHOR_SUMS,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  REDUCED_LOSS,
  UNIT_ROWS,
  UNIT_ROWS_GRAD,
} from './kernel-names';
export {
  type ClassId,
  type ClassLabel,
  type EncodedLabels,
  encodeLabels,
  type LabelArray,
  type Labels,
} from './label-values';
export { readLabels } from './labels';
export { registerLayer, SoftNearestNeighbor, softNearestNeighbor } from './layer';
export type { SoftNearestNeighborOptions } from './layer-options';
export {
  type SoftNearestNeighborLossOptions,
  softNearestNeighborLoss,
} from './loss';
export { type EntanglementMetricOptions, entanglement } from './metric';
export {
  type DatasetEntanglement,
  type Entanglement,
  type NeighborEntanglementOptions,
  neighborEntanglement,
} from './neighbor-entanglement';
export { type NeighborLogSumsOptions, neighborLogSums } from './neighbor-log-sums';
export {
  assertOptions,
  assertValue,
  type OptionRules,
  type RequiredRule,
  type Rule,
  rules,
  shown,
} from './options-object';
export { stripEntanglement } from './strip';
export { type LossOrMetricFunction, withTargetLabels } from './target-labels';
export { type Temperature, temperatureRule } from './temperature';
export { releaseCpuKernels } from './wasm/current-runtime';
export { type CpuKernelStatus, cpuKernelStatus, registerCpuKernels } from './wasm/register';
export { setCpuKernelThreads } from './wasm/threads';
export { registerWasmMatMul } from './wasm-mat-mul';
