import { engine, keep, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { forgetTarget } from './target-labels';

/** How entangled a batch is. */
export interface Measured {
  /** Mean soft nearest neighbour loss, in nats. */
  readonly loss: Scalar;
  /** The same if all samples were equally far apart, in nats; only where a metric asks for it. */
  readonly chance: Scalar | undefined;
}

/** What a layer saw at one of its places in a model, and the entanglement measured there. */
export interface Capture {
  readonly features: Tensor;
  /** From the layer's second input, if it has one. */
  readonly labels: Tensor | undefined;
  /** The gradient tape that recorded the pass; null outside of training. */
  readonly tape: unknown;
  measured: Measured | undefined;
}

function dispose(capture: Capture): void {
  capture.features.dispose();
  capture.labels?.dispose();
  capture.measured?.loss.dispose();
  capture.measured?.chance?.dispose();
}

/**
 * The activations of the current pass of a model: one for each place where the layer is applied.
 *
 * A forward pass and the losses and metrics that read it run without a pause, so whatever is left
 * when the event loop turns is freed.
 */
export class Captures {
  private current: Capture[] = [];
  /** Places that the last training pass went through. */
  private places = 1;
  private clearing = false;

  /**
   * Keeps copies that survive any `tidy` of the pass and stay on its tape. Outside of training
   * nothing is captured unless `always`.
   */
  add(features: Tensor, labels: Tensor | undefined, always: boolean): void {
    const tape = engine().isTapeOn() ? engine().state.activeTape : null;
    if (tape === null && !always) return;
    const last = this.current.at(-1);
    if (last !== undefined && last.tape !== tape) this.clear();
    // Passes outside of training cannot be told apart, so only as many captures as places stay.
    while (tape === null && this.current.length >= this.places) this.consume();
    forgetTarget();
    this.current.push({
      features: keep(features.clone()),
      labels: labels === undefined ? undefined : keep(labels.clone()),
      tape,
      measured: undefined,
    });
    if (tape !== null) this.places = this.current.length;
    this.clearSoon();
  }

  all(): readonly Capture[] {
    return this.current;
  }

  first(): Capture | undefined {
    return this.current[0];
  }

  /** Frees the first capture. */
  consume(): void {
    const capture = this.current.shift();
    if (capture !== undefined) dispose(capture);
  }

  clear(): void {
    this.current.forEach(dispose);
    this.current = [];
  }

  private clearSoon(): void {
    if (this.clearing) return;
    this.clearing = true;
    queueMicrotask(() => {
      this.clearing = false;
      this.clear();
    });
  }
}
