import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import {
  arraySet,
  type ClassId,
  encodeSets,
  type IgnoredClass,
  ignoredClassRule,
  type LabelArray,
} from './loss/label-values';
import { isLabelled } from './operation/contract';
import { assertOptions, describeValue, type OptionRules, rules } from './options';

/** Options of {@link balancedBatches}. */
export interface BalancedBatchesOptions {
  /** P: different classes in each batch. */
  readonly classesPerBatch: number;
  /** K: samples of each of them; at least 2, so that every anchor has a same-class candidate. */
  readonly samplesPerClass: number;
  /** Integer that fixes the whole sequence of batches. */
  readonly seed: number;
  /** The class of samples without a label, such as -1, which are in no batch. Default: none. */
  readonly ignoreClass?: IgnoredClass;
  /** Default: as many batches as the samples fill. */
  readonly batchesPerEpoch?: number;
  /** Repeats samples of classes that have fewer than K, in turn; others are not. Default false. */
  readonly replacement?: boolean;
}

const RULES: OptionRules<BalancedBatchesOptions> = {
  classesPerBatch: rules.required(rules.integerFrom(1)),
  samplesPerClass: rules.required(rules.integerFrom(2)),
  seed: rules.required({
    ...rules.integer,
    expected: 'an integer, which fixes the sequence of batches',
  }),
  ignoreClass: ignoredClassRule,
  batchesPerEpoch: rules.integerFrom(1),
  replacement: rules.flag,
};

/** Batches of sample indices; each iteration is one epoch, the next in the seeded sequence. */
export interface BalancedBatches extends Iterable<Int32Array> {
  /** Samples in a batch: P x K. */
  readonly batchSize: number;
  /** Batches that one iteration gives. */
  readonly batchesPerEpoch: number;
}

/** Values in a seeded random order without end: each occurs once before any occurs again. */
function* shuffled<T>(values: readonly T[], random: RandomGenerator): Generator<T, never> {
  const deck = values.slice();
  for (;;) {
    for (let i = deck.length - 1; i > 0; i--) {
      const j = uniformInt(random, 0, i);
      [deck[i], deck[j]] = [deck[j] as T, deck[i] as T];
    }
    yield* deck;
  }
}

/** The next `count` values of a stream, none of them twice. */
function distinct<T>(stream: Generator<T, never>, count: number): T[] {
  const taken = new Set<T>();
  // Where one shuffle ends and the next begins a value may come again; it is passed over.
  while (taken.size < count) taken.add(stream.next().value);
  return [...taken];
}

/** Indices of the samples of each class, in the order in which classes are met. */
function indicesByClass(labels: LabelArray, ignore?: IgnoredClass): Map<ClassId, number[]> {
  const set = arraySet(labels, { name: 'labels' }, undefined, ignore);
  const { ids, classes } = encodeSets([set]);
  const found = new Map<ClassId, number[]>();
  for (const [i, id] of (ids[0] as Int32Array).entries()) {
    if (!isLabelled(id)) continue;
    const label = classes[id] as ClassId;
    const members = found.get(label);
    if (members === undefined) found.set(label, [i]);
    else members.push(i);
  }
  return found;
}

function assertEnough(
  classes: Map<ClassId, number[]>,
  { classesPerBatch, samplesPerClass, replacement = false }: BalancedBatchesOptions,
): void {
  if (classes.size < classesPerBatch) {
    throw new Error(
      `Expected at least classesPerBatch = ${classesPerBatch} classes, but the labels have ` +
        `${classes.size}.`,
    );
  }
  const short = [...classes].filter(([, members]) => members.length < samplesPerClass);
  if (!replacement && short.length > 0) {
    const list = short
      .slice(0, 10)
      .map(([label, { length }]) => `${describeValue(label)} (${length})`);
    throw new Error(
      `Expected every class to have at least samplesPerClass = ${samplesPerClass} samples, but ` +
        `${short.length} have fewer: ${list.join(', ')}${short.length > 10 ? ', ...' : ''}. ` +
        'Lower samplesPerClass, drop these classes, or let their samples repeat with ' +
        'replacement: true.',
    );
  }
}

/**
 * Class-balanced batches: P classes x K samples each, so that every anchor has K - 1 same-class
 * candidates in every batch, however rare its class.
 *
 * Classes take turns and samples are dealt from a shuffled deck for each class, so that all of a
 * class are seen before one is seen again. With tf.data:
 * `tf.data.generator(() => batches[Symbol.iterator]()).map((index) => ({xs: x.gather(index), ...}))`.
 *
 * @param labels Class ids or names, one a sample, or one-hot rows. Read those of a tensor:
 *   `await labels.array()`.
 * @returns An iterable of int32 index arrays `[P x K]`. Each iteration goes on in the sequence that
 *   `seed` fixes: the first is epoch 0, the next epoch 1.
 * @throws RangeError if `classesPerBatch` or `batchesPerEpoch` is not a positive integer,
 *   `samplesPerClass` is none of at least 2, or `seed` is no integer.
 * @throws Error if labels are none, there are too few classes, or a class has fewer than K samples.
 */
export function balancedBatches(
  labels: LabelArray,
  options: BalancedBatchesOptions,
): BalancedBatches {
  assertOptions('balancedBatches', options, RULES);
  const { classesPerBatch, samplesPerClass, seed } = options;
  const classes = indicesByClass(labels, options.ignoreClass);
  assertEnough(classes, options);
  const samples = [...classes.values()].reduce((total, { length }) => total + length, 0);
  const batchSize = classesPerBatch * samplesPerClass;
  const batchesPerEpoch = options.batchesPerEpoch ?? Math.max(1, Math.floor(samples / batchSize));

  const random = xoroshiro128plus(seed);
  const turns = shuffled([...classes.keys()], random);
  const decks = new Map(
    [...classes].map(([label, members]) => [label, shuffled(members, random)] as const),
  );

  function batch(): Int32Array {
    const indices = distinct(turns, classesPerBatch).flatMap((label) => {
      const members = classes.get(label) as number[];
      const deck = decks.get(label) as Generator<number, never>;
      // A short class is taken whole as often as it fits.
      const wholes = Math.ceil(samplesPerClass / members.length) - 1;
      const rest = samplesPerClass - wholes * members.length;
      return [...Array.from({ length: wholes }, () => members).flat(), ...distinct(deck, rest)];
    });
    return Int32Array.from(indices);
  }

  return {
    batchSize,
    batchesPerEpoch,
    *[Symbol.iterator]() {
      for (let i = 0; i < batchesPerEpoch; i++) yield batch();
    },
  };
}
