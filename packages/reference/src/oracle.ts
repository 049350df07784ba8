/** The float64 oracle: the definitions written as plain loops. */
export { neighborLogSums } from './neighbor-log-sums.js';
export { neighborLogSumsGrad } from './neighbor-log-sums-grad.js';
export { normalize, normalizeGradient } from './normalize.js';
export { isLabelled, MISSING_LABEL } from './pairs.js';
export {
  type Distance,
  type LossAndGradients,
  type LossProblem,
  softNearestNeighborLoss,
} from './soft-nearest-neighbor-loss.js';
export { squaredDistance } from './squared-distance.js';
export type {
  Matrix,
  NeighborGradProblem,
  NeighborLogSums,
  NeighborProblem,
  SumsWithUpstream,
} from './types.js';
export { type LossOfSums, meanLoss, stabilizedMeanLoss } from './upstream.js';
