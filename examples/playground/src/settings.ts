import type { Distance } from 'snnl-layer';

export const BACKENDS = ['wasm', 'webgpu', 'webgl', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

export const SCHEDULES = [
  'constant',
  'inversePower',
  'exponential',
  'linear',
  'cosine',
  'cosineRestarts',
] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

/** What a person can change while the network trains. */
export interface Settings {
  /** Weight of the soft nearest neighbour loss of each layer; negative entangles, 0 is off. */
  readonly factor: number;
  readonly distance: Distance;
  readonly schedule: ScheduleName;
  /** Temperature at the first epoch. */
  readonly temperature: number;
}

/** Images in a training batch. */
export const BATCH = 100;

/** Training ends by itself after this many passes over the training images. */
export const EPOCHS = 100;
