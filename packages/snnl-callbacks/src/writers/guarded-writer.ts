import type { LogRecord, LogWriter } from './writer';

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
