import type { DatasetEntanglement } from 'snnl-layer';

/** How entangled one layer is on the held-out data. */
export interface LayerEntanglement extends DatasetEntanglement {
  /** The layer's name. */
  readonly layer: string;
}

/** One measurement of an EntanglementLogger. */
export interface LogRecord {
  /** Index of the epoch, from 0. */
  readonly epoch: number;
  /** Index of the epoch or batch that was measured after, from 0, over the whole training. */
  readonly step: number;
  readonly per: 'epoch' | 'batch';
  /** What the keys of the entanglement values begin with. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /**
   * All values in the logs at that moment, those of the logger included: loss, metrics,
   * temperature, ...
   */
  readonly logs: Readonly<Record<string, number>>;
  readonly entanglement: readonly LayerEntanglement[];
}

/**
 * Where an EntanglementLogger writes. What a writer throws, rejects with, or does not finish within
 * ten seconds never stops the training: the logger warns once and goes on without it.
 */
export interface LogWriter {
  /** What warnings call it; without one, its place among the writers. */
  readonly name?: string;
  /** Called when a training begins. */
  open?(): void | Promise<void>;
  /** Writes one record; what was written should survive if the process ends right after. */
  write(record: LogRecord): void | Promise<void>;
  /** Called when a training ends by itself, not when it fails. */
  close?(): void | Promise<void>;
}
