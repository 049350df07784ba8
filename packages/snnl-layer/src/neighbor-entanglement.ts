import {
  dispose,
  getBackend,
  nextFrame,
  slice,
  type Tensor,
  type Tensor2D,
  type TensorLike,
  tidy,
} from '@tensorflow/tfjs-core';
import { BlockRows, STRETCH_MS } from './block-rows';
import { assertDistance, type Distance, embed, embedTemperature } from './distance';
import { featureRows } from './features';
import type { KernelChoice } from './kernel-choice';
import { LOG_SUM_ALL, LOG_SUM_SAME, SAME_COUNT } from './kernel-names';
import { classIds } from './labels';
import { neighborLogSums } from './neighbor-log-sums';
import { assertOptions } from './options-object';
import { assertTemperature } from './temperature';

/** Options of {@link neighborEntanglement}. */
export interface NeighborEntanglementOptions {
  /** T > 0, in units of the distance. Default 1. */
  readonly temperature?: number;
  /** Default `cosine`. */
  readonly distance?: Distance;
  /**
   * Anchors measured at a time; the event loop turns in between. Default: as many as let it turn
   * every 125 ms on the cpu and wasm backends, 1024 on others.
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
  /** By class id; a class of one sample has `anchors` 0. */
  readonly perClass: ReadonlyMap<number, Entanglement>;
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

const OPTIONS = [
  'temperature',
  'distance',
  'blockSize',
  'kernel',
] satisfies (keyof NeighborEntanglementOptions)[];

/**
 * How entangled the classes of a whole data set are: every sample is an anchor, all others are its
 * candidates. Memory grows with the samples, not with their pairs.
 *
 * @param labels Class ids `[N]` or `[N, 1]`, or one-hot rows `[N, classes]`.
 * @param features float32 `[N, ...]`; trailing axes are flattened.
 * @returns Loss and chance level in nats and their ratio, overall and for each class.
 * @throws RangeError if temperature, distance or blockSize is out of range, or an option is unknown.
 * @throws Error if labels and features do not fit together, or `kernel` is `fused` where the backend
 *   has no fused kernels.
 * @see docs/math.md eq. 9.
 */
export async function neighborEntanglement(
  labels: Tensor | TensorLike,
  features: Tensor | TensorLike,
  options: NeighborEntanglementOptions = {},
): Promise<DatasetEntanglement> {
  assertOptions('neighborEntanglement', options, OPTIONS);
  const { temperature = 1, distance = 'cosine', blockSize, kernel = 'auto' } = options;
  assertTemperature(temperature);
  assertDistance(distance);
  if (blockSize !== undefined && (!Number.isInteger(blockSize) || blockSize < 1)) {
    throw new RangeError(`Expected blockSize to be an integer of at least 1, got ${blockSize}.`);
  }
  const data = tidy(() => {
    // A clone, to be disposed of: it may be the tensor given.
    const candidates = embed(featureRows(features, 'features'), distance, kernel).clone();
    return {
      candidates,
      candidateLabels: classIds(labels, candidates.shape[0]),
      temperature: embedTemperature(temperature, distance),
    };
  });
  const { candidates, candidateLabels } = data;
  const [n, d] = candidates.shape;
  const all = new Tally();
  const perClass = new Map<number, Tally>();

  const block = (start: number, rows: number): Tensor2D =>
    tidy(() =>
      neighborLogSums(
        {
          ...data,
          anchors: slice(candidates, [start, 0], [rows, d]),
          anchorLabels: slice(candidateLabels, start, rows),
        },
        { selfOffset: start, kernel },
      ),
    );

  try {
    const ids = await candidateLabels.data();
    const blockRows = new BlockRows(blockSize, getBackend());
    let turnedAt = performance.now();
    for (let start = 0, rows = 0; start < n; start += rows) {
      const begin = performance.now();
      rows = blockRows.next(n - start);
      const sums = block(start, rows);
      const values = await sums.data();
      sums.dispose();
      blockRows.took(rows, performance.now() - begin);
      const value = (row: number, i: number): number => values[row * rows + i] as number;
      for (let i = 0; i < rows; i++) {
        const id = ids[start + i] as number;
        const tally = perClass.get(id) ?? new Tally();
        perClass.set(id, tally);
        const count = value(SAME_COUNT, i);
        if (count === 0) continue;
        const loss = value(LOG_SUM_ALL, i) - value(LOG_SUM_SAME, i);
        const chance = Math.log((n - 1) / count);
        all.add(loss, chance);
        tally.add(loss, chance);
      }
      if (performance.now() - turnedAt < STRETCH_MS) continue;
      await nextFrame();
      turnedAt = performance.now();
    }
  } finally {
    dispose(data);
  }
  const sorted = [...perClass].sort(([a], [b]) => a - b);
  return {
    ...all.result(),
    perClass: new Map(sorted.map(([id, tally]) => [id, tally.result()])),
  };
}
