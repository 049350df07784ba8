import {
  dispose,
  gather,
  getBackend,
  nextFrame,
  type Tensor,
  type TensorLike,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { CROSS_LOG_SUMS, isLabelled } from '../operation/contract';
import {
  hasKernel,
  type KernelChoice,
  kernelRule,
  resolveKernel,
} from '../operation/kernel-choice';
import { assertOptions, type OptionRules, rules } from '../options';
import {
  MOST_TILE_ROWS,
  measureInRows,
  measureInTiles,
  Parts,
  RunningSums,
  STRETCH_MS,
} from './block-sums';
import {
  type Distance,
  distanceRule,
  embed,
  embedTemperature,
  temperatureFactor,
  temperatureRule,
} from './distance';
import { featureRows } from './features';
import { type ClassId, type IgnoredClass, ignoredClassRule, type Labels } from './label-values';
import { assertLabelsFirst, readLabels } from './labels';

/** Options of {@link neighborEntanglement}. */
export interface NeighborEntanglementOptions {
  /** T > 0, in units of the distance. Default 1. */
  readonly temperature?: number;
  /** Default `cosine`. */
  readonly distance?: Distance;
  /**
   * The class of samples without a label, such as -1: they are left out. With it, one-hot rows of zeros
   * mean the same. Default: every sample has a label.
   */
  readonly ignoreClass?: IgnoredClass;
  /**
   * Samples measured at a time, against as many others where a kernel does both sides at once, else
   * against all; the event loop turns in between. Default: as many as let it turn every 125 ms on the
   * cpu and wasm backends, 1024 on those of graphics cards.
   */
  readonly blockSize?: number;
  /** Default `auto`. */
  readonly kernel?: KernelChoice;
  /**
   * How many samples are anchors, drawn at random from those with a same-class partner; all samples stay
   * candidates. Time then grows with anchors times samples. Default: all.
   */
  readonly anchors?: number;
  /** Fixes which samples are drawn. Default 1. */
  readonly seed?: number;
  /** Called now and then with the share of the work that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
  /** Ends the work when it is aborted: the promise then rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** How entangled samples are. */
export interface Entanglement {
  /** Mean soft nearest neighbour loss over the anchors that count, in nats. */
  readonly loss: number;
  /** The same if all samples were equally far apart: mean of log((N - 1) / (n_c - 1)), in nats. */
  readonly chance: number;
  /** loss / chance: 1 is fully entangled, 0 is disentangled; 0 where chance is 0. */
  readonly ratio: number;
  /** Samples that have a same-class partner; only they count. */
  readonly anchors: number;
}

/** The entanglement of a data set, and of the samples of each class. */
export interface DatasetEntanglement extends Entanglement {
  /**
   * Half the width of the 95 % confidence interval of `loss`, in nats; 0 if all samples were anchors. Only
   * where the option `anchors` is given.
   */
  readonly margin?: number;
  /**
   * By class id or name, sorted; a class of one sample has `anchors` 0. Where the option `anchors` is given,
   * without the classes of which none was drawn.
   */
  readonly perClass: ReadonlyMap<ClassId, Entanglement>;
}

/** Standard deviations of a normal distribution on either side of its mean that hold 95 %. */
const TWO_SIDED_95 = 1.959964;

/** Means over anchors: of their losses as far as these are measured, and of their chance levels. */
class Tally {
  private loss = 0;
  private squares = 0;
  private measured = 0;
  private chance = 0;
  private partnered = 0;

  addChance(chance: number): void {
    this.chance += chance;
    this.partnered += 1;
  }

  addLoss(loss: number): void {
    this.measured += 1;
    // Sums of squares around the running mean (Welford), which lose no digits.
    const off = loss - this.loss;
    this.loss += off / this.measured;
    this.squares += off * (loss - this.loss);
  }

  /** Whether there are anchors, of which none was measured. */
  isUnseen(): boolean {
    return this.measured === 0 && this.partnered > 0;
  }

  /** Half the width of the interval, for anchors drawn without replacement from `valid` ones. */
  margin(valid: number): number {
    const { measured, squares } = this;
    if (measured >= valid) return 0 * squares;
    const variance = squares / (measured - 1) / measured;
    return TWO_SIDED_95 * Math.sqrt(variance * (1 - measured / valid));
  }

  result(): Entanglement {
    const { loss, measured: anchors } = this;
    const chance = this.partnered === 0 ? 0 : this.chance / this.partnered;
    // A NaN loss stays NaN.
    return { loss, chance, ratio: chance === 0 ? 0 * loss : loss / chance, anchors };
  }
}

const RULES: OptionRules<NeighborEntanglementOptions> = {
  temperature: temperatureRule,
  distance: distanceRule,
  ignoreClass: ignoredClassRule,
  blockSize: rules.integerFrom(1),
  kernel: kernelRule,
  anchors: rules.integerFrom(2),
  seed: rules.integer,
  onProgress: rules.callable<(done: number) => void>('a function of the share that is done'),
  signal: {
    ...rules.object<AbortSignal>('an AbortSignal'),
    allows: (signal) => typeof signal.throwIfAborted === 'function',
  },
};

/**
 * How entangled the classes of a whole data set are: every sample is an anchor, all others are its
 * candidates. Each pair is worked off once for both where the backend has a kernel for that. Memory
 * grows with the samples, not with their pairs.
 *
 * @param labels Class ids or, in a plain array, names `[N]` or `[N, 1]`; or one-hot rows
 *   `[N, classes]`, or probabilities, of which the largest entry counts. Tensors are read.
 * @param features float32 `[N, ...]`; trailing axes are flattened.
 * @returns Loss and chance level in nats and their ratio, overall and for each class.
 * @throws RangeError if temperature, distance, blockSize or anchors is out of range, or an option is
 *   unknown.
 * @throws The reason of `signal`, if that is aborted.
 * @throws Error if labels are none, labels and features do not fit together, or `kernel` is `fused`
 *   where the backend has no fused kernels.
 * @see docs/math.md eq. 9.
 */
export async function neighborEntanglement(
  labels: Labels,
  features: Tensor | TensorLike,
  options: NeighborEntanglementOptions = {},
): Promise<DatasetEntanglement> {
  assertOptions('neighborEntanglement', options, RULES);
  const { temperature = 1, distance = 'cosine', ignoreClass, blockSize, kernel = 'auto' } = options;
  const { seed = 1, onProgress, signal } = options;
  signal?.throwIfAborted();
  assertLabelsFirst(labels, features);
  const { kind, inTiles, ...data } = tidy(() => {
    const given = featureRows(features, 'features');
    const [n, d] = given.shape;
    const anchors = Math.min(n, blockSize ?? MOST_TILE_ROWS);
    const resolve = (candidates: number) =>
      resolveKernel(kernel, getBackend(), { anchors, candidates, features: d });
    // In tiles where a kernel does both sides, else each block against all.
    const ofTile = resolve(anchors);
    const inTiles = options.anchors === undefined && hasKernel(CROSS_LOG_SUMS, ofTile);
    const kind = inTiles ? ofTile : resolve(n);
    // A clone, to be disposed of: it may be the tensor given.
    const rows = embed(given, distance, kind).clone();
    return { kind, inTiles, rows, temperature: embedTemperature(temperature, distance) };
  });
  try {
    const samples = data.rows.shape[0];
    const read = await readLabels({ labels, samples, name: 'labels', ignoreClass });
    const [all] = read.ids as [Int32Array];
    const labelled = Int32Array.from(all.keys()).filter((row) => isLabelled(all[row] as number));
    const n = labelled.length;
    const drawn =
      options.anchors === undefined ? undefined : drawnFirst(labelled, all, options.anchors, seed);
    const order = drawn?.order ?? labelled;
    if (n < samples || drawn !== undefined) {
      const { rows } = data;
      data.rows = tidy(() => gather(rows, tensor1d(order, 'int32')));
      dispose(rows);
    }
    const ids = order.map((row) => all[row] as number);
    const parts = new Parts(data.rows, ids, data.temperature, kind);
    const running = new RunningSums(n, temperatureFactor(distance) * Math.fround(temperature));
    let turnedAt = performance.now();
    const turn = async (done: number) => {
      signal?.throwIfAborted();
      if (performance.now() - turnedAt < STRETCH_MS && done < 1) return;
      onProgress?.(done);
      await nextFrame();
      turnedAt = performance.now();
    };
    if (inTiles) await measureInTiles(parts, n, running, blockSize, turn);
    else await measureInRows(parts, n, running, blockSize, turn, drawn?.count);
    return summary(ids, read.classes, running, drawn);
  } finally {
    dispose(data);
  }
}

/** Samples in the order in which they are measured: first the anchors that were drawn. */
interface Drawn {
  readonly order: Int32Array;
  /** How many were drawn, and from how many. */
  readonly count: number;
  readonly valid: number;
}

/** Draws `count` of those samples that have a same-class partner, each of them as likely as another. */
function drawnFirst(rows: Int32Array, ids: Int32Array, count: number, seed: number): Drawn {
  const sizes = sizesOf(rows.map((row) => ids[row] as number));
  const isValid = (row: number) => (sizes.get(ids[row] as number) as number) > 1;
  const deck = [...rows.filter(isValid)];
  const random = xoroshiro128plus(seed);
  const drawn = Math.min(count, deck.length);
  for (let i = 0; i < drawn; i++) {
    const j = uniformInt(random, i, deck.length - 1);
    [deck[i], deck[j]] = [deck[j] as number, deck[i] as number];
  }
  const others = rows.filter((row) => !isValid(row));
  return { order: Int32Array.from([...deck, ...others]), count: drawn, valid: deck.length };
}

function sizesOf(ids: Int32Array): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const id of ids) sizes.set(id, (sizes.get(id) ?? 0) + 1);
  return sizes;
}

function summary(
  ids: Int32Array,
  classes: readonly ClassId[],
  running: RunningSums,
  drawn: Drawn | undefined,
): DatasetEntanglement {
  const all = new Tally();
  const tallies = classes.map(() => new Tally());
  const sizes = sizesOf(ids);
  for (const [i, id] of ids.entries()) {
    // Of samples that were not drawn too: the chance level needs no distance.
    const partners = (sizes.get(id) as number) - 1;
    if (partners === 0) continue;
    const chance = Math.log((ids.length - 1) / partners);
    for (const tally of [all, tallies[id]]) {
      tally?.addChance(chance);
      if (drawn === undefined || i < drawn.count) tally?.addLoss(running.loss(i));
    }
  }
  const perClass = tallies.flatMap((tally, id): [ClassId, Entanglement][] =>
    drawn !== undefined && tally.isUnseen() ? [] : [[classes[id] as ClassId, tally.result()]],
  );
  return {
    ...all.result(),
    ...(drawn && { margin: all.margin(drawn.valid) }),
    perClass: new Map(perClass),
  };
}
