import {
  dispose,
  engine,
  getBackend,
  type Scalar,
  slice,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
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
import type { KernelKind } from '../operation/kernel-choice';
import { CPU_BACKENDS } from '../operation/kernel-status';
import { logSums } from '../operation/neighbor-log-sums';

/** How long one block may hold the event loop: half of what tfjs allows between frames, in ms. */
export const STRETCH_MS = 60;
const MOST_ROWS = 1024;
const FIRST_ROWS = 16;

/**
 * How many rows of a long computation to do at a time, so that a page stays responsive: as many as
 * take about {@link STRETCH_MS}, going by the blocks before.
 */
export class BlockRows {
  private rows: number;
  private readonly adapts: boolean;

  /** @param fixed A size that is kept, undefined to choose. */
  constructor(fixed: number | undefined, backend: string) {
    // They compute while the caller waits; on the others a new size means new shaders.
    this.adapts = fixed === undefined && CPU_BACKENDS.has(backend);
    this.rows = fixed ?? (this.adapts ? FIRST_ROWS : MOST_ROWS);
  }

  /** Rows of the next block when `left` are left. */
  next(left: number): number {
    return Math.min(this.rows, left);
  }

  /** Notes that a block of `rows` took `ms`. */
  took(rows: number, ms: number): void {
    if (!this.adapts) return;
    const factor = Math.min(Math.max(STRETCH_MS / Math.max(ms, 0.01), 0.125), 4);
    this.rows = Math.min(Math.max(Math.round(rows * factor), 1), MOST_ROWS);
  }
}

/** Rows of a tile that shows how fast tiles are. */
const FIRST_TILE = 128;
/** Of a tile, and of a block beside all samples. */
export const MOST_TILE_ROWS = 2048;

/** Rows of a square tile that takes about {@link STRETCH_MS}, as one of `rows` takes `ms`. */
export function tileRows(rows: number, ms: number): number {
  const ideal = rows * Math.sqrt(STRETCH_MS / Math.max(ms, 0.01));
  return Math.min(Math.max(Math.round(ideal / 8) * 8, 8), MOST_TILE_ROWS);
}

/** Running log-sums of all samples over what they have met so far: the references, in float64. */
export class RunningSums {
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
export class Parts {
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
    return readOnce(logSums({ inputs, selfOffset, oneBatch: selfOffset >= 0, kind: this.kind }));
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

/** Called between blocks with the share of the work that is done; may throw, to end it. */
export type Turn = (done: number) => Promise<void>;

/** Blocks of the first `count` samples, as anchors, against all. */
export async function measureInRows(
  parts: Parts,
  samples: number,
  running: RunningSums,
  blockSize: number | undefined,
  turn: Turn,
  count = samples,
): Promise<void> {
  const blockRows = new BlockRows(blockSize, getBackend());
  const all = parts.of(0, samples);
  try {
    for (let start = 0, rows = 0; start < count; start += rows) {
      const begin = performance.now();
      rows = blockRows.next(count - start);
      const anchors = parts.of(start, rows);
      running.add(await parts.within(anchors, all, start).finally(() => dispose({ ...anchors })), {
        columns: rows,
        from: 0,
        start,
        rows,
      });
      blockRows.took(rows, performance.now() - begin);
      await turn((start + rows) / count);
    }
  } finally {
    dispose({ ...all });
  }
}

/** Square tiles, each pair of samples once for both. */
export async function measureInTiles(
  parts: Parts,
  samples: number,
  running: RunningSums,
  blockSize: number | undefined,
  turn: Turn,
): Promise<void> {
  const side = blockSize ?? (await tileSide(parts, samples));
  /** Pairs that lie in tiles above the one of samples `row` and `column` on, and left of it. */
  const share = (row: number, rows: number, column: number) =>
    (row * (2 * samples - row) + rows * (2 * column - 2 * row - rows)) / samples ** 2;
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
      await turn(share(i, rows, i + rows));
      for (let j = i + side; j < samples; j += side) {
        const others = Math.min(side, samples - j);
        const columns = rows + others;
        const candidates = parts.of(j, others);
        const sums = await parts
          .across(anchors, candidates)
          .finally(() => dispose({ ...candidates }));
        running.add(sums, { columns, from: 0, start: i, rows });
        running.add(sums, { columns, from: rows, start: j, rows: others });
        await turn(share(i, rows, j + others));
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
