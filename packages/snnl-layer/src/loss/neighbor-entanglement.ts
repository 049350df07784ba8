import {
  dispose,
  engine,
  getBackend,
  nextFrame,
  type Scalar,
  slice,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type TensorLike,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  CROSS_LOG_SUMS,
  NEAREST_ALL,
  NEAREST_SAME,
  type NeighborLogSumsInputs,
  RELATIVE_ALL,
  RELATIVE_SAME,
  SAME_COUNT,
} from '../operation/contract';
import {
  hasKernel,
  type KernelChoice,
  type KernelKind,
  kernelFor,
  kernelRule,
  resolveKernel,
} from '../operation/kernel-choice';
import { logSums } from '../operation/neighbor-log-sums';
import { assertOptions, type OptionRules, rules } from '../options';
import { BlockRows, FIRST_TILE, MOST_TILE_ROWS, STRETCH_MS, tileRows } from './block-rows';
import {
  type Distance,
  distanceRule,
  embed,
  embedTemperature,
  temperatureFactor,
} from './distance';
import { featureRows } from './features';
import type { ClassId, Labels } from './label-values';
import { assertLabelsFirst, readLabels } from './labels';
import { temperatureRule } from './temperature';

/** Options of {@link neighborEntanglement}. */
export interface NeighborEntanglementOptions {
  /** T > 0, in units of the distance. Default 1. */
  readonly temperature?: number;
  /** Default `cosine`. */
  readonly distance?: Distance;
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
  blockSize: rules.integerFrom(1),
  kernel: kernelRule,
};

/** Running log-sums of all samples over what they have met so far: the references, in float64. */
class RunningSums {
  private readonly all: Reference;
  private readonly same: Reference;
  private readonly counts: Float64Array;

  constructor(
    samples: number,
    private readonly temperature: number,
  ) {
    this.all = reference(samples);
    this.same = reference(samples);
    this.counts = new Float64Array(samples);
  }

  /** Adds the sums of samples `start` to `start + rows`: columns `from` on of `[9, columns]` sums. */
  add(sums: ArrayLike<number>, { columns, from, start, rows }: Columns): void {
    for (let i = 0; i < rows; i++) {
      const value = (row: number) => sums[row * columns + from + i] as number;
      this.merge(this.all, start + i, value(NEAREST_ALL), value(RELATIVE_ALL));
      const count = value(SAME_COUNT);
      if (count === 0) continue;
      this.counts[start + i] = this.sameCount(start + i) + count;
      this.merge(this.same, start + i, value(NEAREST_SAME), value(RELATIVE_SAME));
    }
  }

  sameCount(i: number): number {
    return this.counts[i] as number;
  }

  /** Equation 3 from the references. */
  loss(i: number): number {
    const { all, same, temperature } = this;
    const of = ({ relative, nearest }: Reference) =>
      (relative[i] as number) - (nearest[i] as number) / temperature;
    return of(all) - of(same);
  }

  private merge({ nearest, relative }: Reference, i: number, distance: number, sum: number): void {
    const [before, sumBefore] = [nearest[i] as number, relative[i] as number];
    if (before === Number.POSITIVE_INFINITY) {
      nearest[i] = distance;
      relative[i] = sum;
      return;
    }
    const least = Math.min(before, distance);
    const share = (of: number, itsSum: number) =>
      Math.exp((least - of) / this.temperature + itsSum);
    nearest[i] = least;
    relative[i] = Math.log(share(before, sumBefore) + share(distance, sum));
  }
}

/** Where the sums of some samples lie. */
interface Columns {
  readonly columns: number;
  readonly from: number;
  readonly start: number;
  readonly rows: number;
}

/** Nearest distance, Infinity where no candidate was met, and the log-sum relative to it. */
interface Reference {
  readonly nearest: Float64Array;
  readonly relative: Float64Array;
}

const reference = (samples: number): Reference => ({
  nearest: new Float64Array(samples).fill(Number.POSITIVE_INFINITY),
  relative: new Float64Array(samples),
});

/** Some samples of the set, on the device. */
interface Part {
  readonly features: Tensor2D;
  readonly ids: Tensor1D;
}

/** The operation on parts of one set of samples; whatever it gives is read back. */
class Parts {
  private readonly width: number;

  constructor(
    private readonly rows: Tensor2D,
    private readonly ids: Int32Array,
    private readonly temperature: Scalar,
    private readonly kind: KernelKind,
  ) {
    this.width = rows.shape[1];
  }

  /** Samples `start` to `start + count`. Ids are uploaded: some backends slice int32 as floats. */
  of(start: number, count: number): Part {
    return {
      features: slice(this.rows, [start, 0], [count, this.width]),
      ids: tensor1d(this.ids.subarray(start, start + count), 'int32'),
    };
  }

  /** Sums `[9, N]` of anchors over candidates, among which they lie at `selfOffset`. */
  async within(anchors: Part, candidates: Part, selfOffset: number): Promise<ArrayLike<number>> {
    const inputs = this.inputs(anchors, candidates);
    return readOnce(logSums({ inputs, selfOffset, kind: this.kind }));
  }

  /** Sums `[9, N + M]` of two parts that share no sample, each over the other. */
  async across(anchors: Part, candidates: Part): Promise<ArrayLike<number>> {
    const inputs = { ...this.inputs(anchors, candidates) };
    return readOnce(engine().runKernel(CROSS_LOG_SUMS, inputs) as Tensor2D);
  }

  private inputs(anchors: Part, candidates: Part): NeighborLogSumsInputs {
    return {
      anchors: anchors.features,
      anchorLabels: anchors.ids,
      candidates: candidates.features,
      candidateLabels: candidates.ids,
      temperature: this.temperature,
    };
  }
}

async function readOnce(sums: Tensor2D): Promise<ArrayLike<number>> {
  try {
    return await sums.data();
  } finally {
    sums.dispose();
  }
}

/** Blocks of anchors against all samples. */
async function measureInRows(
  parts: Parts,
  samples: number,
  running: RunningSums,
  blockSize: number | undefined,
  turn: () => Promise<void>,
): Promise<void> {
  const blockRows = new BlockRows(blockSize, getBackend());
  const all = parts.of(0, samples);
  try {
    for (let start = 0, rows = 0; start < samples; start += rows) {
      const begin = performance.now();
      rows = blockRows.next(samples - start);
      const anchors = parts.of(start, rows);
      running.add(await parts.within(anchors, all, start).finally(() => dispose({ ...anchors })), {
        columns: rows,
        from: 0,
        start,
        rows,
      });
      blockRows.took(rows, performance.now() - begin);
      await turn();
    }
  } finally {
    dispose({ ...all });
  }
}

/** Square tiles, each pair of samples once for both. */
async function measureInTiles(
  parts: Parts,
  samples: number,
  running: RunningSums,
  blockSize: number | undefined,
  turn: () => Promise<void>,
): Promise<void> {
  const side = blockSize ?? (await tileSide(parts, samples));
  for (let i = 0; i < samples; i += side) {
    const rows = Math.min(side, samples - i);
    const anchors = parts.of(i, rows);
    try {
      // A sample alone has no candidate.
      if (rows > 1) {
        running.add(await parts.within(anchors, anchors, 0), {
          columns: rows,
          from: 0,
          start: i,
          rows,
        });
      }
      await turn();
      for (let j = i + side; j < samples; j += side) {
        const others = Math.min(side, samples - j);
        const columns = rows + others;
        const candidates = parts.of(j, others);
        const sums = await parts
          .across(anchors, candidates)
          .finally(() => dispose({ ...candidates }));
        running.add(sums, { columns, from: 0, start: i, rows });
        running.add(sums, { columns, from: rows, start: j, rows: others });
        await turn();
      }
    } finally {
      dispose({ ...anchors });
    }
  }
}

/** Rows of a tile that holds the event loop for as long as it may, from the second of two small ones. */
async function tileSide(parts: Parts, samples: number): Promise<number> {
  const rows = Math.min(FIRST_TILE, samples);
  const first = parts.of(0, rows);
  try {
    await parts.within(first, first, 0);
    const begin = performance.now();
    await parts.within(first, first, 0);
    // Within one part each pair counts once, across two parts as often: twice the work.
    return tileRows(rows, 2 * (performance.now() - begin));
  } finally {
    dispose({ ...first });
  }
}

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
  const { temperature = 1, distance = 'cosine', blockSize, kernel = 'auto' } = options;
  assertLabelsFirst(labels, features);
  const { kind, ...data } = tidy(() => {
    const given = featureRows(features, 'features');
    const [n, d] = given.shape;
    const anchors = Math.min(n, blockSize ?? MOST_TILE_ROWS);
    // In tiles where a kernel does both sides, else each block against all.
    const tiles = kernel !== 'composed' && hasKernel(CROSS_LOG_SUMS, kernelFor(getBackend()));
    const size = { anchors, candidates: tiles ? anchors : n, features: d };
    const kind = resolveKernel(kernel, getBackend(), size);
    // A clone, to be disposed of: it may be the tensor given.
    const rows = embed(given, distance, kind).clone();
    return { kind, rows, temperature: embedTemperature(temperature, distance) };
  });
  try {
    const [n] = data.rows.shape;
    const read = await readLabels({ labels, samples: n, name: 'labels' });
    const [ids] = read.ids as [Int32Array];
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
