/** Steps a second, without the time that training was paused. */
export class Clock {
  private since = performance.now();
  private paused = 0;
  private step = 0;

  /** Counts `milliseconds` as not trained. */
  rested(milliseconds: number): void {
    this.paused += milliseconds;
  }

  /** The rate since the last call; null where no step was made. */
  rate(step: number, now = performance.now()): number | null {
    const seconds = (now - this.since - this.paused) / 1000;
    const steps = step - this.step;
    this.since = now;
    this.paused = 0;
    this.step = step;
    return steps > 0 && seconds > 0 ? steps / seconds : null;
  }
}
