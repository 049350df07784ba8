import { dispose, gather, Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { assertOptions, type Group, type OptionRules, rules } from 'snnl-layer';

/** Options of {@link shard}. */
export interface ShardOptions {
  /** Shuffles the samples first, on all ranks in the same way. Default: they stay in their order. */
  readonly seed?: number;
  /**
   * What becomes of samples that do not divide among the ranks: `drop` (default) leaves them out, `repeat`
   * fills up with the first ones.
   */
  readonly remainder?: 'drop' | 'repeat';
}

const RULES: OptionRules<ShardOptions> = {
  seed: rules.integer,
  remainder: rules.oneOf<'drop' | 'repeat'>(['drop', 'repeat']),
};

/** The part of a `tf.data.Dataset` that is used here. */
export interface DatasetLike {
  /** How many elements it has, where that is known. */
  readonly size: number | null;
  /** Begins anew. */
  iterator(): Promise<unknown>;
}

/** Samples: a tensor or an array with one entry for each, or several of them, or a dataset. */
export type Shardable = Tensor | ArrayLike<unknown> | DatasetLike;

interface Rounds {
  rowMajorBatch(size: number, smallLast: boolean): Rounds;
  map<T, R>(transform: (round: T[]) => R): Rounds;
}

const isDataset = (data: unknown): data is DatasetLike =>
  typeof (data as DatasetLike)?.iterator === 'function' && !(data instanceof Tensor);

const isArray = (data: unknown): data is ArrayLike<unknown> =>
  Array.isArray(data) || ArrayBuffer.isView(data);

/**
 * This rank's samples: every `size`-th from its own number on, so that batches of the same number on all
 * ranks are together one batch of the whole. All ranks get equally many.
 *
 * @param data Tensors or arrays of samples, or a list of tensors with as many samples each (`[x, y]`), of
 *   which the same samples are taken; or a dataset, whose elements are dealt out in rounds, the last one only
 *   if it is complete. Give all ranks the same; a dataset of batches is dealt out batch by batch.
 * @returns The same, of this rank's samples. Tensors are new ones.
 * @throws RangeError if there are fewer samples than ranks; Error if a list has unequally many, or options
 *   are given that a dataset cannot have.
 */
export function shard<T extends Shardable | [Tensor, ...Tensor[]]>(
  data: T,
  group: Group,
  options: ShardOptions = {},
): T {
  assertOptions('shard', options, RULES);
  if (isDataset(data)) return shardDataset(data, group, options) as unknown as T;
  const list = Array.isArray(data) && data.length > 0 && data.every((one) => one instanceof Tensor);
  const parts: (Tensor | ArrayLike<unknown>)[] = list ? (data as Tensor[]) : [data];
  const sizes = parts.map((part) => (part instanceof Tensor ? part.shape[0] : part.length) ?? 0);
  const [samples = 0] = sizes;
  if (sizes.some((size) => size !== samples)) {
    throw new Error(`Expected as many samples in each of the list, but got ${sizes.join(', ')}.`);
  }
  const mine = ownSamples(samples, group, options);
  const taken = parts.map((part) => take(part, mine));
  return (list ? taken : taken[0]) as T;
}

function ownSamples(samples: number, { rank, size }: Group, options: ShardOptions): Int32Array {
  const { seed, remainder = 'drop' } = options;
  if (samples < size) {
    throw new RangeError(
      `Expected at least one sample for each of ${size} ranks, but got ${samples}.`,
    );
  }
  const order = Int32Array.from({ length: samples }, (_, i) => i);
  if (seed !== undefined) shuffle(order, seed);
  const each = remainder === 'drop' ? Math.floor(samples / size) : Math.ceil(samples / size);
  return Int32Array.from({ length: each }, (_, i) => order[(rank + i * size) % samples] as number);
}

/** Fisher-Yates. */
function shuffle(order: Int32Array, seed: number): void {
  const random = xoroshiro128plus(seed);
  for (let i = order.length - 1; i > 0; i--) {
    const other = uniformInt(random, 0, i);
    [order[i], order[other]] = [order[other] as number, order[i] as number];
  }
}

function take(data: Tensor | ArrayLike<unknown>, mine: Int32Array): Tensor | ArrayLike<unknown> {
  if (data instanceof Tensor) {
    const indices = tensor1d(mine, 'int32');
    const taken = gather(data, indices);
    indices.dispose();
    return taken;
  }
  if (!isArray(data)) {
    throw new TypeError('Expected a tensor, an array, a list of tensors or a dataset.');
  }
  const entries = Array.from(mine, (i) => data[i]);
  if (Array.isArray(data)) return entries;
  const taken = Reflect.construct(data.constructor, [mine.length]) as Float32Array;
  for (const [i, entry] of entries.entries()) taken[i] = entry as number;
  return taken;
}

function shardDataset(
  data: DatasetLike,
  { rank, size }: Group,
  options: ShardOptions,
): DatasetLike {
  if (options.seed !== undefined || options.remainder === 'repeat') {
    throw new Error(
      'Expected no seed and no repeat for a dataset: shuffle it, with a seed, before: ' +
        'shard(dataset.shuffle(1000, seed), group).',
    );
  }
  return Object.create(data, {
    size: { value: data.size === null ? null : Math.floor(data.size / size) },
    iterator: {
      value: async () => {
        const elements = (await data.iterator()) as Rounds;
        return elements.rowMajorBatch(size, false).map((round: unknown[]) => {
          for (const [other, element] of round.entries()) {
            if (other !== rank) dispose(element as Tensor);
          }
          return round[rank];
        });
      },
    },
  });
}
