import { dispose, engine, scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

/** Where in a run of a model a layer captured what passed through it. */
export interface Place {
  /** Ids of tensors grow with time: what a model puts out has a greater one than this. */
  readonly id: number;
  /** The tidies around it, outermost first. */
  readonly scopes: readonly number[];
  /** Whether the run says that it is for training; custom layers and `predict` do not say. */
  readonly training: boolean;
}

/** A target that a compiled loss or a metric got, handed to the layers of its run. */
export interface Reading {
  readonly run: Run;
  readonly target: Tensor;
  /** The output of the model that the target is for. */
  readonly output: { readonly id: number; readonly shape: readonly number[] };
  readonly scopes: readonly number[];
  /** How many tidies the reading shares with its run: those around the run. */
  readonly depth: number;
  /** The layer whose metric reads; undefined for a compiled loss, which serves all. */
  readonly reader: object | undefined;
}

/**
 * What ran between two readings on one tape. tfjs tells a layer nothing of the model that runs it;
 * but a step runs a model, then its losses, then its metrics, without a pause. So the first reading
 * ends a run, and what runs after it (a teacher in a loss, `predict` in a metric) is another.
 */
export interface Run {
  /** The gradient tape; null outside of training. */
  readonly tape: unknown;
  /** Outputs have ids below it: that of a tensor made at the first reading. */
  end: number;
  /** Of all layers. */
  readonly places: Place[];
  readonly readings: Reading[];
}

interface Passes {
  runs: Run[];
  /** Layers that were put into a graph and have never run, by name. */
  readonly idle: Map<string, WeakRef<layers.Layer>>;
}

/** One store for the process, also when the package is loaded twice (as ESM and as CommonJS). */
const STORE = Symbol.for('snnl-layer/passes');

function passes(): Passes {
  const store = globalThis as typeof globalThis & { [STORE]?: Passes };
  store[STORE] ??= { runs: [], idle: new Map() };
  return store[STORE];
}

export const idleLayers = (): Passes['idle'] => passes().idle;

export const currentTape = (): unknown => (engine().isTapeOn() ? engine().state.activeTape : null);

export const currentScopes = (): number[] => engine().state.scopeStack.map(({ id }) => id);

/** Whether code that runs now may still read what was captured on `tape` within `scopes`. */
export function readable(tape: unknown, scopes: readonly number[]): boolean {
  const { activeTape, scopeStack } = engine().state;
  if (tape !== null && tape !== activeTape) return false;
  return scopes.length === 0 || scopes[0] === scopeStack[0]?.id;
}

function shared(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  let depth = 0;
  while (depth < length && a[depth] === b[depth]) depth += 1;
  return depth;
}

/** Frees what a step that failed wanted for its gradient: tfjs does so only after a whole step. */
function freeFailedTape(): void {
  const { activeTape, gradientDepth } = engine().state;
  if (gradientDepth === 0) dispose(activeTape?.map(({ saved }) => saved ?? []) ?? []);
}

/** Adds a place to the run that is under way on the current tape, or to a new one. */
export function enter(place: Place): Run {
  const store = passes();
  const tape = currentTape();
  const last = store.runs.filter((run) => run.tape === tape).at(-1);
  if (last !== undefined && last.readings.length === 0) {
    last.places.push(place);
    return last;
  }
  if (store.runs.length === 0) {
    queueMicrotask(() => {
      store.runs = [];
      freeFailedTape();
    });
  }
  const run = { tape, end: Number.POSITIVE_INFINITY, places: [place], readings: [] };
  store.runs = store.runs.filter((old) => readable(old.tape, old.places[0]?.scopes ?? []));
  store.runs.push(run);
  return run;
}

/** Ends the run that gave `output`, and hands it `target`; undefined if no layer took part in it. */
export function read(target: Tensor, output: Tensor, reader?: object): Reading | undefined {
  const tape = currentTape();
  const runs = passes().runs.filter((one) => one.tape === tape);
  const run = runs.find(({ end }) => output.id < end) ?? runs.at(-1);
  if (run === undefined) return undefined;
  if (run.readings.length === 0) {
    const mark = scalar(0);
    run.end = mark.id;
    mark.dispose();
  }
  const scopes = currentScopes();
  // Of other runs on the tape that nobody read, less is shared.
  const depth = Math.max(...run.places.map((place) => shared(place.scopes, scopes)));
  const { id, shape } = output;
  const reading = { run, target, output: { id, shape }, scopes, depth, reader };
  run.readings.push(reading);
  return reading;
}

/**
 * Those of a layer's places that the run of a reading went through. What ran after the output was
 * made is a run inside a loss, unless it is a further branch of the model: that runs in the same
 * tidy as the model, or says that it trains, or is all that there is to evaluate.
 */
export function placesRead<T extends Place>(reading: Reading, all: T[]): T[] {
  const { run, scopes, depth, output } = reading;
  const near = all.filter((place) => shared(place.scopes, scopes) === depth);
  const sure = near.filter(
    (place) => place.id < output.id || place.scopes.length === depth || place.training,
  );
  return sure.length > 0 || run.tape !== null ? sure : near;
}
