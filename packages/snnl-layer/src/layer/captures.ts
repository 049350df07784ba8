import {
  dispose,
  engine,
  keep,
  type Scalar,
  type Tensor,
  type TensorContainer,
} from '@tensorflow/tfjs-core';
import type { Temperature } from '../loss/distance';
import { moveHere } from '../operation/host/tensor-io';
import { passOn } from './pass-on';
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

/** How entangled a batch is. */
export interface Measured {
  /** Mean soft nearest neighbour loss, in nats. */
  readonly loss: Scalar;
  /** The same if all samples were equally far apart, in nats; only where a metric asks for it. */
  readonly chance: Scalar | undefined;
  /** T that it was measured at. */
  readonly temperature: Temperature;
}

/** What a layer saw at one of its places in a run of a model, and the entanglement measured there. */
export interface Capture extends Place {
  readonly run: Run;
  readonly features: Tensor;
  /** From the layer's second input, if it has one. */
  readonly labels: Tensor | undefined;
  /** From the layer's third input, if it has one. */
  readonly weights: Tensor | undefined;
  /** What has read its run so far. */
  readonly readings: Reading[];
  measured: Measured | undefined;
}

/**
 * Bytes of features that are kept for a reading outside of training. `predict` never reads, and
 * from within a batch it cannot be told from a nested model of a run that will be read.
 */
const BUDGET = 2 ** 27;

function free({ features, labels, weights, measured }: Capture): void {
  // It takes the tensors out of what it is given, and leaves a temperature that is a number.
  dispose([features, labels, weights, { ...measured }] as TensorContainer);
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
  /** Bytes that are kept of runs outside of training. */
  private free = 0;
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
    [labels, weights]: readonly (Tensor | undefined)[],
    { training, always }: { training: boolean; always: boolean },
  ): Capture | undefined {
    const tape = currentTape();
    if (tape === null && !always) return undefined;
    const scopes = currentScopes();
    const last = this.current.at(-1);
    if (last !== undefined && (last.run.tape !== tape || last.scopes[0] !== scopes[0])) {
      this.discard((capture) => !readable(capture.run.tape, capture.scopes));
    }
    moveHere(features, labels, weights);
    const kept = (input?: Tensor) => input && keep(input.clone());
    const copy = keep(passOn(features));
    const place = { id: copy.id, scopes, training };
    const capture: Capture = {
      ...place,
      run: enter(place),
      features: copy,
      labels: kept(labels),
      weights: kept(weights),
      readings: [],
      measured: undefined,
    };
    this.current.push(capture);
    if (tape === null) {
      this.free += bytes(capture);
      this.fitBudget(capture);
    }
    this.clearSoon();
    return capture;
  }

  /** The captures of the run that a metric reads; undefined if some were given up. */
  of(reading: Reading): Capture[] | undefined {
    const { run } = reading;
    const all = [...this.lost, ...this.current].filter((place) => place.run === run);
    const found = new Set<Place>(placesRead(reading, all));
    if (this.lost.some((place) => found.has(place))) return undefined;
    return this.current.filter((capture) => found.has(capture));
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

  /** The captures of the current step; none if they are charged; undefined if there were none. */
  due(): Capture[] | undefined {
    const tape = currentTape();
    const due = this.current.filter(({ run }) => run.tape === tape);
    return due.length === 0 && this.chargedTape !== tape ? undefined : due;
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
      if (capture.run.tape === null) this.free -= bytes(capture);
      free(capture);
      return false;
    });
  }

  /** Whether a step captured it, ended, and did not charge the layer. */
  private isOmitted(capture: Capture): boolean {
    const { tape } = capture.run;
    // tfjs keeps the tape of a step that failed.
    return tape !== null && tape !== engine().state.activeTape && !this.isCharged(capture);
  }

  private fitBudget(newest: Capture): void {
    while (this.free > this.budget) {
      const oldest = this.current.find(({ run }) => run.tape === null);
      if (oldest === undefined || oldest === newest) return;
      const { id, scopes, training, run } = oldest;
      this.lost.push({ id, scopes, training, run });
      this.discard((other) => other === oldest);
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
