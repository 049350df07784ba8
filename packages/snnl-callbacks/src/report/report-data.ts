import type { Distance, Entanglement } from 'snnl-layer';
import type { Point } from './measure/projections';

/** Samples in two dimensions. */
export interface Projection {
  /** In the order of the report's `pictured`. */
  readonly points: readonly Point[];
  /** Share of the variance along each axis; for PCA only. */
  readonly explained?: readonly [number, number];
}

/** A way to bring samples into two dimensions. */
export type ProjectionName = 'pca' | 'umap';

/** What one layer makes of the samples. */
export interface LayerReport {
  readonly name: string;
  /** Features a sample. */
  readonly width: number;
  /** Loss and chance level in nats, and their ratio: 1 fully entangled, 0 disentangled. */
  readonly entanglement: Entanglement;
  /**
   * Of neighbours and k-means: that of the layer for SoftNearestNeighbor layers (for `cosine` they
   * look at features scaled to length 1), `squaredEuclidean` for others.
   */
  readonly neighborDistance: Distance;
  /** Share of samples with the majority label of their nearest neighbours. */
  readonly neighborAccuracy: number;
  /** `[class][class]`: share of the second among the neighbours of the first. */
  readonly neighborConfusion: readonly (readonly number[])[];
  /** k-means accuracy: clusters matched to classes one to one in the best way. */
  readonly clusteringAccuracy: number;
  /** Of k-means clusters and classes: 0 unrelated, 1 the same. */
  readonly mutualInformation: number;
  /** Of k-means clusters and classes: 0 what chance gives, 1 the same. */
  readonly adjustedRandIndex: number;
  readonly projections: Readonly<Partial<Record<ProjectionName, Projection>>>;
}

/** Values of one layer, or of all, over the epochs or batches of a training. */
export interface Course {
  readonly title: string;
  readonly points: readonly { readonly step: number; readonly value: number }[];
}

/** How a training went, as an EntanglementLogger recorded it. */
export interface TrainingCourse {
  readonly per: 'epoch' | 'batch';
  /** Entanglement relative to chance, by layer. */
  readonly ratios: readonly Course[];
  /** Undefined where the temperature was not logged. */
  readonly temperature?: Course;
}

/** A report as plain data: JSON keeps all of it. */
export interface RepresentationReport {
  readonly title: string;
  readonly samples: number;
  /** Names of the classes, by the position that `pictured` and `neighborConfusion` use. */
  readonly classes: readonly string[];
  readonly settings: {
    readonly temperature: number | 'layer';
    /** Of entanglement: that of all layers; `layer` where theirs differ. */
    readonly distance: string;
    readonly neighbors: number;
    /** Where neighbours come from: the samples themselves, or as many reference samples. */
    readonly references: number | null;
    readonly restarts: number;
    readonly seed: number;
  };
  readonly layers: readonly LayerReport[];
  /** Labels of the samples in the projections, as positions in `classes`. */
  readonly pictured: readonly number[];
  readonly training?: TrainingCourse;
}
