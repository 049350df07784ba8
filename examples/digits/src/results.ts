import type { Picture } from 'snnl-callbacks/report';

/** One epoch of training; epoch 0 is the state before training. */
export interface EpochRecord {
  readonly epoch: number;
  /** Wall time since training began. */
  readonly seconds: number;
  /** T of the soft nearest neighbour loss in this epoch; null in the run without. */
  readonly temperature: number | null;
  /** Mean reconstruction loss over the epoch's training images, nats a pixel; null at epoch 0. */
  readonly trainReconstruction: number | null;
  /** Sum over layers of the soft nearest neighbour loss in training, nats; null where absent. */
  readonly snnl: number | null;
  /** Reconstruction loss of the probe images after the epoch, nats a pixel. */
  readonly reconstruction: number;
  /** By encoder layer: entanglement of the probe images relative to chance, after the epoch. */
  readonly entanglement: Readonly<Record<string, number>>;
}

/** What the trained encoder makes of the test images. */
export interface Measures {
  /** Share of test codes that their nearest training codes classify correctly. */
  readonly neighborAccuracy: number;
  readonly clusteringAccuracy: number;
  readonly mutualInformation: number;
  /** Reconstruction loss, nats a pixel. */
  readonly reconstruction: number;
  /** By encoder layer, relative to chance. */
  readonly entanglement: Readonly<Record<string, number>>;
}

export interface RunResult {
  readonly measures: Measures;
  /** Codes of test images, as many of each class, in two dimensions. */
  readonly picture: Picture;
  /** Whether training was stopped before its last epoch. */
  readonly stopped: boolean;
  readonly trainingSeconds: number;
  readonly measuringSeconds: number;
}

/** A run so far; `result` is there once it has ended. */
export interface RunRecord {
  readonly epochs: readonly EpochRecord[];
  readonly result?: RunResult;
}
