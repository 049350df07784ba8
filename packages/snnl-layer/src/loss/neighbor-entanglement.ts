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
import { CROSS_LOG_SUMS } from '../operation/contract';
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
import { assertLabelsFirst, isLabelled, readLabels } from './labels';

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
  /** By class id or name, sorted; a class of one sample has `anchors` 0. */
  readonly perClass: ReadonlyMap<ClassId, Entanglement>;
}

class Tally {
  private loss = 0;
  private chance = 0;
  private anchors = 0;

  add(loss: number, chance: number): void {
    this.loss += loss;
    this.chance += chance;
    this.anchors += 1;
  }

  result(): Entanglement {
    const { anchors } = this;
    const loss = anchors === 0 ? 0 : this.loss / anchors;
    const chance = anchors === 0 ? 0 : this.chance / anchors;
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
 * @throws RangeError if temperature, distance or blockSize is out of range, or an option is unknown.
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
  assertLabelsFirst(labels, features);
  const { kind, ...data } = tidy(() => {
    const given = featureRows(features, 'features');
    const [n, d] = given.shape;
    const anchors = Math.min(n, blockSize ?? MOST_TILE_ROWS);
    const resolve = (candidates: number) =>
      resolveKernel(kernel, getBackend(), { anchors, candidates, features: d });
    // In tiles where a kernel does both sides, else each block against all.
    const ofTile = resolve(anchors);
    const kind = hasKernel(CROSS_LOG_SUMS, ofTile) ? ofTile : resolve(n);
    // A clone, to be disposed of: it may be the tensor given.
    const rows = embed(given, distance, kind).clone();
    return { kind, rows, temperature: embedTemperature(temperature, distance) };
  });
  try {
    const samples = data.rows.shape[0];
    const read = await readLabels({ labels, samples, name: 'labels', ignoreClass });
    const [all] = read.ids as [Int32Array];
    const ids = all.filter(isLabelled);
    const n = ids.length;
    if (n < samples) {
      const labelled = Int32Array.from(all.keys()).filter((row) => isLabelled(all[row] as number));
      const { rows } = data;
      data.rows = tidy(() => gather(rows, tensor1d(labelled, 'int32')));
      dispose(rows);
    }
    const parts = new Parts(data.rows, ids, data.temperature, kind);
    const running = new RunningSums(n, temperatureFactor(distance) * Math.fround(temperature));
    let turnedAt = performance.now();
    const turn = async () => {
      if (performance.now() - turnedAt < STRETCH_MS) return;
      await nextFrame();
      turnedAt = performance.now();
    };
    const measure = hasKernel(CROSS_LOG_SUMS, kind) ? measureInTiles : measureInRows;
    await measure(parts, n, running, blockSize, turn);
    return summary(ids, read.classes, running);
  } finally {
    dispose(data);
  }
}

function summary(
  ids: Int32Array,
  classes: readonly ClassId[],
  running: RunningSums,
): DatasetEntanglement {
  const all = new Tally();
  const tallies = classes.map(() => new Tally());
  for (const [i, id] of ids.entries()) {
    const count = running.sameCount(i);
    if (count === 0) continue;
    const loss = running.loss(i);
    const chance = Math.log((ids.length - 1) / count);
    all.add(loss, chance);
    tallies[id]?.add(loss, chance);
  }
  return {
    ...all.result(),
    perClass: new Map(tallies.map((tally, id) => [classes[id] as ClassId, tally.result()])),
  };
}
