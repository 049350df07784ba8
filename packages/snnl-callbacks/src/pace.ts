import { nextFrame } from '@tensorflow/tfjs-core';

/**
 * How long training may hold the event loop, in ms: less than the 125 that tfjs allows its own
 * callbacks, since a stretch of work can take longer than the one before.
 */
const YIELD_EVERY_MS = 100;

/**
 * Lets the event loop turn while a model trains, so that a page stays responsive. It yields
 * before the wait would exceed the limit if the next stretch of work took as long as the last, at
 * the latest after a stretch that is longer than the limit by itself.
 */
export class Pace {
  private yieldedAt = 0;
  private seenAt = 0;

  constructor(
    private readonly limit: number = YIELD_EVERY_MS,
    private readonly now: () => number = () => performance.now(),
    private readonly frame: () => Promise<void> = nextFrame,
  ) {
    this.start();
  }

  /** Counts from now. */
  start(): void {
    this.yieldedAt = this.now();
    this.seenAt = this.yieldedAt;
  }

  /** Yields if it is time to. */
  async step(): Promise<void> {
    const now = this.now();
    const lastStretch = now - this.seenAt;
    this.seenAt = now;
    if (now - this.yieldedAt + lastStretch <= this.limit) return;
    await this.frame();
    this.start();
  }
}

/** One for all callbacks of this package, so that several in one list do not each wait a frame. */
export const pace = new Pace();
