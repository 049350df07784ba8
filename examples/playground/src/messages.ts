import type { KernelStatus } from 'snnl-layer';
import type { Backend, Settings } from './settings';

/** What the page tells the worker. A reset ends the worker, so there is no message for it. */
export type Order =
  | { readonly type: 'start'; readonly backend: Backend; readonly settings: Settings }
  | { readonly type: 'change'; readonly settings: Settings }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' };

/** Why a backend cannot run here, in words; null where it can. */
export type Obstacles = Readonly<Record<Backend, string | null>>;

/** One measurement on the held-out images. */
export interface Progress {
  readonly epoch: number;
  /** Training steps so far. */
  readonly step: number;
  /** Of the last batch: cross-entropy plus factor times entanglement; null before the first. */
  readonly trainingLoss: number | null;
  /** Mean over the held-out images, in nats. */
  readonly crossEntropy: number;
  /** Share of the held-out images that are read right. */
  readonly accuracy: number;
  readonly temperature: number;
  /** By layer, relative to chance: 1 fully entangled, 0 disentangled. */
  readonly entanglement: Readonly<Record<string, number>>;
  /** `[held-out images, 2]`, row-major. */
  readonly codes: Float32Array;
  /** Since the last measurement, pauses left out; the measurements themselves count. */
  readonly stepsPerSecond: number | null;
}

/** What the worker tells the page. */
export type News =
  | { readonly type: 'ready'; readonly obstacles: Obstacles; readonly labels: Uint8Array }
  | { readonly type: 'started'; readonly backend: Backend; readonly kernel: KernelStatus }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'finished' }
  | { readonly type: 'failed'; readonly message: string };
