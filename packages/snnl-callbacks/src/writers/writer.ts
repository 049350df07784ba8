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

/** How long a writer may take for one call before it counts as lost, in ms. */
const PATIENCE_MS = 10_000;

/** A writer that cannot stop training: at its first failure it warns and writes no more. */
export class GuardedWriter implements LogWriter {
  private lost = false;

  constructor(
    private readonly inner: LogWriter,
    private readonly place: string,
    private readonly warn: (message: string) => void = (message) => console.warn(message),
  ) {}

  get name(): string {
    return this.inner.name || this.place;
  }

  async open(): Promise<void> {
    // A new training is a new chance.
    this.lost = false;
    await this.attempt(() => this.inner.open?.());
  }

  async write(record: LogRecord): Promise<void> {
    await this.attempt(() => this.inner.write(record));
  }

  async close(): Promise<void> {
    await this.attempt(() => this.inner.close?.());
  }

  private async attempt(action: () => void | Promise<void>): Promise<void> {
    if (this.lost) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const result = action();
      if (result === undefined) return;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`no answer within ${PATIENCE_MS / 1000} seconds`)),
          PATIENCE_MS,
        );
      });
      await Promise.race([result, late]);
    } catch (error) {
      this.lost = true;
      const reason = error instanceof Error ? error.message : String(error);
      this.warn(
        `${this.name} stopped logging: ${reason}. Training goes on without it; what was written ` +
          'before stays.',
      );
    } finally {
      clearTimeout(timer);
    }
  }
}
