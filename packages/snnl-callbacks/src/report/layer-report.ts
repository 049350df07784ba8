import type { Distance, Entanglement } from 'snnl-layer';
import {
  adjustedRandIndex,
  clusteringAccuracy,
  kMeans,
  normalizedMutualInformation,
} from './measure/clusters';
import { type Matrix, takeRows, unitRows } from './measure/matrix';
import { nearestNeighbors, neighborConfusion, votingAccuracy } from './measure/neighbors';
import { principalPlane, umap } from './measure/projections';
import type { LayerReport, Projection, ProjectionName } from './report-data';

/** Features of samples, and their labels as positions among the classes. */
export interface Labelled {
  readonly features: Matrix;
  readonly labels: readonly number[];
}

export interface LayerReportOptions {
  readonly name: string;
  readonly entanglement: Entanglement;
  /** Of neighbours and clusters. */
  readonly neighborDistance: Distance;
  readonly samples: Labelled;
  /** Where neighbours are looked for; undefined: among the other samples. */
  readonly references: Labelled | undefined;
  readonly classes: number;
  readonly neighbors: number;
  readonly restarts: number;
  readonly seed: number;
  /** Positions of the samples that are projected. */
  readonly pictured: readonly number[];
  readonly projections: readonly ProjectionName[];
}

/** Measures and projects the features of one layer. */
export async function layerReport(options: LayerReportOptions): Promise<LayerReport> {
  const { name, entanglement, neighborDistance, samples, classes, restarts, seed } = options;
  const { features, labels } = samples;
  const references = options.references ?? samples;
  const embedded = (matrix: Matrix) => (neighborDistance === 'cosine' ? unitRows(matrix) : matrix);
  const points = embedded(features);
  const neighbors = nearestNeighbors(
    embedded(references.features),
    points,
    options.neighbors,
    options.references === undefined,
  );
  // As many clusters as the samples have classes; the references may have more.
  const clusters = kMeans(points, { clusters: new Set(labels).size, restarts, seed });
  const pictured = takeRows(features, options.pictured);
  const projections: Partial<Record<ProjectionName, Projection>> = {};
  for (const kind of options.projections) {
    projections[kind] =
      kind === 'pca' ? principalPlane(pictured) : { points: await umap(pictured, seed) };
  }
  const { loss, chance, ratio, anchors } = entanglement;
  return {
    name,
    width: features.columns,
    entanglement: { loss, chance, ratio, anchors },
    neighborDistance,
    neighborAccuracy: votingAccuracy(neighbors, references.labels, labels),
    neighborConfusion: neighborConfusion(neighbors, references.labels, labels, classes),
    clusteringAccuracy: clusteringAccuracy(clusters, labels),
    mutualInformation: normalizedMutualInformation(clusters, labels),
    adjustedRandIndex: adjustedRandIndex(clusters, labels),
    projections,
  };
}
