import { engine, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { Measured } from './measure-batch';
import {
  currentScopes,
  currentTape,
  enter,
  type Place,
  placesRead,
  type Reading,
  type Run,
  readable,
} from './passes';

/** What a layer saw at one of its places in a run of a model, and the entanglement measured there. */
export interface Capture extends Place {
  readonly run: Run;
  readonly features: Tensor;
  /** From the layer's second input, if it has one. */
  readonly labels: Tensor | undefined;
  /** What has read its run so far. */
  readonly readings: Reading[];
  measured: Measured | undefined;
}

/**
 * Bytes of features that are kept for a reading outside of training. `predict` never reads, and
 * from within a batch it cannot be told from a nested model of a run that will be read.
 */
const BUDGET = 2 ** 27;

function dispose(capture: Capture): void {
  capture.features.dispose();
  capture.labels?.dispose();
  capture.measured?.loss.dispose();
  capture.measured?.chance.dispose();
}

const bytes = ({ features }: Capture): number => 4 * features.size;

/**
 * The activations of the runs that are under way: one for each place where the layer is applied.
 *
 * A run and the losses and metrics that read it go on without a pause, so whatever is left when the
 * event loop turns is freed.
 */
export class Captures {
  private current: Capture[] = [];
  /** Places whose features were given up for want of space. */
  private lost: (Place & { readonly run: Run })[] = [];
  /** Tape of the last step in which the layer was charged. */
  private chargedTape: unknown;
  private spread = new WeakSet<Reading>();
  private clearing = false;

  /**
   * @param onOmission Told of what a step captured that was freed without a charge.
   * @param budget Bytes kept outside of training.
   */
  constructor(
    private readonly onOmission: (capture: Capture) => void = () => {},
    private readonly budget = BUDGET,
  ) {}

  /**
   * Keeps copies that survive any `tidy` of the pass and stay on its tape. Outside of training
   * nothing is captured unless `always`.
   */
  add(
    features: Tensor,
    labels: Tensor | undefined,
    { training, always }: { training: boolean; always: boolean },
  ): Capture | undefined {
    const tape = currentTape();
    if (tape === null && !always) return undefined;
    this.discard((capture) => !readable(capture.run.tape, capture.scopes));
    const copy = keep(features.clone());
    const place = { id: copy.id, scopes: currentScopes(), training };
    const capture: Capture = {
      ...place,
      run: enter(place),
      features: copy,
      labels: labels === undefined ? undefined : keep(labels.clone()),
      readings: [],
      measured: undefined,
    };
    this.current.push(capture);
    if (tape === null) this.fitBudget();
    this.clearSoon();
    return capture;
  }

  /** The captures of the run that a metric reads; undefined if some were given up. */
  of(reading: Reading): Capture[] | undefined {
    const { run } = reading;
    const all = [...this.lost, ...this.current].filter((place) => place.run === run);
    const found = placesRead(reading, all);
    const whole = found.every((place) => !this.lost.includes(place));
    return whole ? this.current.filter((capture) => found.includes(capture)) : undefined;
  }

  /** The readings of a capture's run, each noted at the captures that it belongs to. */
  readings(capture: Capture): Reading[] {
    const { run } = capture;
    for (const reading of run.readings) {
      if (this.spread.has(reading)) continue;
      this.spread.add(reading);
      const all = this.current.filter((other) => other.run === run);
      for (const other of placesRead(reading, all)) other.readings.push(reading);
    }
    return capture.readings;
  }

  /** Captures that are to be charged; none if that is done; undefined if the layer did not run. */
  due(): Capture[] | undefined {
    const tape = currentTape();
    const all = this.current.filter(({ run }) => run.tape === tape);
    if (all.length === 0) return this.chargedTape === tape ? [] : undefined;
    // A run that does not train, on the tape of one that does, is nobody's.
    const training = all.filter((capture) => capture.training);
    return training.length > 0 ? training : all;
  }

  /** Frees what the current step charged. */
  charged(): void {
    const tape = currentTape();
    this.chargedTape = tape;
    this.discard(({ run }) => run.tape === tape);
  }

  isCharged({ run }: Capture): boolean {
    return run.tape === this.chargedTape;
  }

  clear(): void {
    this.discard(() => true);
    this.lost = [];
    this.chargedTape = undefined;
  }

  private discard(gone: (capture: Capture) => boolean): void {
    this.current = this.current.filter((capture) => {
      if (!gone(capture)) return true;
      if (this.isOmitted(capture)) this.onOmission(capture);
      dispose(capture);
      return false;
    });
  }

  /** Whether a step captured it, ended, and did not charge the layer. */
  private isOmitted(capture: Capture): boolean {
    const { tape } = capture.run;
    // tfjs keeps the tape of a step that failed.
    return tape !== null && tape !== engine().state.activeTape && !this.isCharged(capture);
  }

  private fitBudget(): void {
    const free = this.current.filter(({ run }) => run.tape === null);
    let total = free.reduce((sum, capture) => sum + bytes(capture), 0);
    for (const capture of free.slice(0, -1)) {
      if (total <= this.budget) return;
      total -= bytes(capture);
      const { id, scopes, training, run } = capture;
      this.lost.push({ id, scopes, training, run });
      this.discard((other) => other === capture);
    }
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
