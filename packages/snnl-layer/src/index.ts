export type { Memory } from './anchor-terms';
export type { Distance } from './distance';
export { type KernelChoice, type KernelKind, kernelFor } from './kernel-choice';
export type { NeighborLogSumsInputs } from './kernel-inputs';
export {
  type Reduction,
  type SoftNearestNeighborLossOptions,
  softNearestNeighborLoss,
} from './loss';
export { type NeighborLogSumsOptions, neighborLogSums } from './neighbor-log-sums';
export type { Temperature } from './temperature';
