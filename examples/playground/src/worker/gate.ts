/** A door that training passes after each batch, and waits at while it is closed. */
export class Gate {
  private opening: Promise<void> | undefined;
  private open: () => void = () => {};

  pause(): void {
    this.opening ??= new Promise((resolve) => {
      this.open = resolve;
    });
  }

  resume(): void {
    this.open();
    this.opening = undefined;
  }

  /** Milliseconds waited. */
  async pass(): Promise<number> {
    if (this.opening === undefined) return 0;
    const begin = performance.now();
    await this.opening;
    return performance.now() - begin;
  }
}
