export type { Memory } from './anchor-terms';
export type { Distance } from './distance';
export { type KernelChoice, type KernelKind, kernelFor } from './kernel-choice';
export type { NeighborLogSumsInputs } from './kernel-inputs';
export { registerLayer, SoftNearestNeighbor, softNearestNeighbor } from './layer';
export type { SoftNearestNeighborOptions } from './layer-options';
export {
  type Reduction,
  type SoftNearestNeighborLossOptions,
  softNearestNeighborLoss,
} from './loss';
export { type EntanglementMetricOptions, entanglement } from './metric';
export { type NeighborLogSumsOptions, neighborLogSums } from './neighbor-log-sums';
export { type LossOrMetricFunction, withTargetLabels } from './target-labels';
export type { Temperature } from './temperature';
