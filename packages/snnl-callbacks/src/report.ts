export { classColor, classKey, type LineStyle, lineKey, lineStyle } from './report/draw/colors';
export { type Curve, type CurvePoint, type CurvesOptions, drawCurves } from './report/draw/curves';
export { escapeHtml, figure, htmlPage } from './report/draw/page';
export { drawScatter, type Picture, type ScatterOptions } from './report/draw/scatter';
export {
  adjustedRandIndex,
  clusteringAccuracy,
  type KMeansOptions,
  kMeans,
  normalizedMutualInformation,
} from './report/measure/clusters';
export { type Matrix, matrix } from './report/measure/matrix';
export {
  type Neighbors,
  nearestNeighborAccuracy,
  nearestNeighbors,
  neighborConfusion,
  votingAccuracy,
} from './report/measure/neighbors';
export {
  type Point,
  type PrincipalPlane,
  principalPlane,
  umap,
} from './report/measure/projections';
export type {
  Course,
  LayerReport,
  Projection,
  ProjectionName,
  RepresentationReport,
  TrainingCourse,
} from './report/report-data';
export { reportHtml } from './report/report-html';
export {
  type RepresentationReportOptions,
  representationReport,
} from './report/representation-report';
export type { Inputs, LabelledSamples } from './samples';
