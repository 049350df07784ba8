export { classColor, type LineStyle, lineStyle } from './report/draw/colors';
export { confusionKey, drawConfusion } from './report/draw/confusion';
export { type Curve, type CurvePoint, type CurvesOptions, drawCurves } from './report/draw/curve';
export { escapeHtml, figure, htmlPage } from './report/draw/html';
export { classKey, lineKey } from './report/draw/keys';
export { drawScatter, type Picture, type ScatterOptions } from './report/draw/scatter';
export { STYLE } from './report/draw/style';
export { type Column, table } from './report/draw/table';
export {
  clusteringAccuracy,
  normalizedMutualInformation,
} from './report/measure/clustering-scores';
export { contingency } from './report/measure/contingency';
export { type KMeansOptions, kMeans } from './report/measure/k-means';
export { type Matrix, matrix, takeRows, toArrays } from './report/measure/matrix';
export { type Neighbors, nearestNeighbors } from './report/measure/nearest-neighbors';
export { nearestNeighborAccuracy, votingAccuracy } from './report/measure/neighbor-accuracy';
export { neighborConfusion } from './report/measure/neighbor-confusion';
export { type Point, type PrincipalPlane, principalPlane, umap } from './report/measure/project';
export { adjustedRandIndex } from './report/measure/rand-index';
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
