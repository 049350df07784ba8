import type { DataSource } from '@snnl/datasets';
import type { BackendName } from './backend/start';

/** What both runs share. */
export interface Settings {
  readonly source: DataSource;
  readonly backend: BackendName;
  readonly trainSize: number;
  readonly testSize: number;
  /** Units of the encoder's hidden layers; the decoder mirrors them. */
  readonly hidden: readonly number[];
  /** Units of the code. */
  readonly code: number;
  readonly epochs: number;
  /** A multiple of the number of classes: every batch holds as many of one as of another. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** Weight of each layer's soft nearest neighbour loss in the second run. */
  readonly factor: number;
  /** The temperature falls as 1 / (1 + epoch)^gamma. */
  readonly gamma: number;
  readonly seed: number;
}

/** The run without the soft nearest neighbour loss, and the one with it. */
export const RUNS = ['without', 'with'] as const;
export type RunName = (typeof RUNS)[number];
export const RUN_TITLES: Record<RunName, string> = { without: 'without SNNL', with: 'with SNNL' };

/** T for measuring entanglement: fixed, so that epochs, layers and runs compare. Cosine distance. */
export const MEASURING_TEMPERATURE = 0.1;
/** Test images whose codes are drawn and whose entanglement is followed, at most. */
export const PROBE_SIZE = 2000;
/** Neighbours that vote. */
export const NEIGHBORS = 5;
/** k-means starts. */
export const RESTARTS = 10;
