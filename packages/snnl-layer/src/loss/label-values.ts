import { Tensor, type TensorLike } from '@tensorflow/tfjs-core';
import { MISSING_LABEL } from '../operation/contract';
import { describeValue, type Rule } from '../options';

/** What a sample may say of its class. Booleans are the ids 0 and 1, as in a bool tensor. */
export type ClassLabel = number | bigint | string | boolean;

/** A class: an integer, or a name. Integers that a number cannot hold are bigints. */
export type ClassId = number | bigint | string;

/** What the labels of samples without one say instead, as the `ignoreClass` of the options. */
export type IgnoredClass = number | string;

/** What `ignoreClass` may be. */
export const ignoredClassRule: Rule<IgnoredClass> = {
  expected: 'an integer or a name, which the labels of samples without one say',
  isType: (value): value is IgnoredClass => typeof value === 'number' || typeof value === 'string',
  allows: (value) => typeof value === 'string' || Number.isSafeInteger(value),
};

/** Labels of samples as arrays: one a sample, a column `[samples, 1]`, or rows `[samples, classes]`. */
export type LabelArray = TensorLike | ArrayLike<ClassLabel> | ArrayLike<ArrayLike<ClassLabel>>;

/** Labels of samples, as the loss and what measures it take them. */
export type Labels = Tensor | LabelArray;

/** Whose labels they are, in error messages. */
export interface LabelOrigin {
  /** What the labels are called. */
  readonly name: string;
  /** Said before what is wrong. */
  readonly intro?: string;
  /** What to do, said after it. */
  readonly remedy?: string;
}

/** Labels whose values are on the CPU. */
export interface LabelSet {
  /** `[samples]` or `[samples, width]`, row-major. */
  readonly values: ArrayLike<unknown>;
  readonly shape: readonly number[];
  readonly origin: LabelOrigin;
  /** Integers from here on are rounded to others where the values are stored. */
  readonly limit: number;
  /** The class of samples without a label, and so are then rows of zeros. */
  readonly ignore: IgnoredClass | undefined;
}

/** The first integers that float32 and float64 do not tell from the next. */
export const FLOAT32_LIMIT = 2 ** 24;
const FLOAT64_LIMIT = 2 ** 53;

/** How far the entries of a row may sum from 1: 0.01, for rounded soft labels, and their own rounding. */
const TOLERANCE = 0.010001;

function refusal(
  { intro = '', remedy = '' }: LabelOrigin,
  message: string,
  Kind: typeof Error = Error,
): Error {
  return new Kind(`${intro} ${message} ${remedy}`.trim());
}

const isArray = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);

export function describeEntry(value: unknown): string {
  if (value instanceof Tensor) return 'a tensor';
  if (isArray(value)) return 'an array';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : describeValue(value);
}

/** Shape as far as the first entries tell it. */
export function shapeOf(value: unknown): number[] {
  if (value instanceof Tensor) return value.shape;
  return isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

/**
 * @param samples How many samples there are to label, undefined where the labels alone say it.
 * @throws Error unless the shape is `[samples]`, `[samples, 1]` or `[samples, classes]`.
 */
export function assertLabelShape(
  shape: readonly number[],
  origin: LabelOrigin,
  samples: number | undefined = shape[0],
): void {
  const [rows, width = 1] = shape;
  if (rows === samples && shape.length <= 2 && (width > 0 || rows === 0)) return;
  throw refusal(
    origin,
    `Expected ${origin.name} to be class ids of shape [${samples}] or [${samples},1], or one-hot ` +
      `rows of shape [${samples},classes], one for each sample, but got shape [${shape}].`,
  );
}

/** Values of a tensor, or of a typed array, as a set. */
export function labelSet(
  values: ArrayLike<unknown>,
  shape: readonly number[],
  origin: LabelOrigin,
  ignore?: IgnoredClass,
): LabelSet {
  const limit = values instanceof Float32Array ? FLOAT32_LIMIT : FLOAT64_LIMIT;
  return { values, shape, origin, limit, ignore };
}

/**
 * Arrays of labels as a set.
 *
 * @throws Error if they are no arrays, not equally long, or too many or too few.
 */
export function arraySet(
  labels: unknown,
  origin: LabelOrigin,
  samples?: number,
  ignore?: IgnoredClass,
): LabelSet {
  if (!isArray(labels)) {
    throw refusal(
      origin,
      `Expected ${origin.name} to be an array of one label a sample, but got ${describeEntry(labels)}.` +
        (labels instanceof Tensor ? ' Read it: await tensor.array().' : ''),
    );
  }
  const shape = shapeOf(labels);
  assertLabelShape(shape, origin, samples);
  const [, width] = shape;
  if (width === undefined) return labelSet(labels, shape, origin, ignore);
  const values = Array.from(labels).flatMap((row, i) => {
    const entries = isArray(row) ? Array.from(row) : [];
    if (entries.length === width) return entries;
    throw refusal(
      origin,
      `Expected the rows of ${origin.name} to be as long as the first, ${width}, but row ${i} ` +
        `${isArray(row) ? `has ${entries.length} entries` : `is ${describeEntry(row)}`}.`,
    );
  });
  return labelSet(values, shape, origin, ignore);
}

const isRows = ({ shape }: LabelSet): boolean => (shape[1] ?? 1) !== 1;

/** The class of one sample. */
function classOf({ values, origin, limit }: LabelSet, i: number): ClassId {
  const value = values[i];
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw refusal(
      origin,
      `Expected ${origin.name} to be integer class ids or class names, but got ` +
        `${describeEntry(value)} at ${i}.`,
    );
  }
  if (Math.abs(value) < limit) return value;
  const [holder, remedy] =
    limit === FLOAT32_LIMIT
      ? ['float32 holds below 2^24', 'as int32']
      : ['a number is below 2^53', 'as bigints or strings'];
  throw refusal(
    origin,
    `Expected ${origin.name} to be ids that can be told from their neighbours, which ${holder}, but ` +
      `got ${value} at ${i}. Give them ${remedy}, or number the classes with encodeLabels before ` +
      'they are rounded.',
    RangeError,
  );
}

/** An entry of a row of class probabilities; NaN if it is none. */
function weight(value: unknown): number {
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value);
  return typeof value === 'number' ? value : Number.NaN;
}

/** What keeps a row from naming one class. */
function rowFault(row: readonly unknown[]): string {
  const weights = row.map(weight);
  const bad = row[weights.findIndex((entry) => !Number.isFinite(entry))];
  if (!weights.every(Number.isFinite)) return `holds ${describeEntry(bad)}`;
  if (weights.every((entry) => entry === 0)) return 'has no class';
  if (weights.every((entry) => entry === 0 || entry === 1)) {
    const count = weights.filter((entry) => entry === 1).length;
    return `has ${count} classes, where the loss takes one a sample`;
  }
  if (weights.every(Number.isInteger)) {
    return 'seems to hold class ids, one a step, where the loss takes one class a sample';
  }
  const negative = weights.find((entry) => entry < 0);
  if (negative !== undefined) return `holds ${negative}, less than 0`;
  return `sums to ${Number(weights.reduce((a, b) => a + b).toPrecision(4))}`;
}

/** The place of the largest entry in each row, {@link MISSING_LABEL} of none. Runs in training steps. */
function rowClasses(set: LabelSet): Int32Array {
  const { values, shape } = set;
  const [rows, width] = shape as [number, number];
  const weights = Array.isArray(values) ? Float64Array.from(values, weight) : values;
  const ids = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    let [best, largest, least, sum] = [start, 0, 0, 0];
    for (let k = start; k < start + width; k++) {
      const entry = weights[k] as number;
      if (entry === 0) continue;
      sum += entry;
      if (entry < least) least = entry;
      if (entry > largest) {
        largest = entry;
        best = k;
      }
    }
    // NaN stays in the sum.
    const isZero = sum === 0 && largest === 0 && least === 0;
    if (isZero && set.ignore !== undefined) ids[row] = MISSING_LABEL;
    else if (!(least === 0 && Math.abs(sum - 1) <= TOLERANCE)) throw noClass(set, row);
    else ids[row] = best - start === set.ignore ? MISSING_LABEL : best - start;
  }
  return ids;
}

function noClass({ values, shape, origin }: LabelSet, row: number): Error {
  const width = shape[1] as number;
  const entries = Array.from({ length: width }, (_, k) => values[row * width + k]);
  const more = width > 8 ? ', ...' : '';
  return refusal(
    origin,
    `Expected each row of ${origin.name} of shape [${shape}] to be one-hot, or probabilities that sum ` +
      `to 1, but row ${row}, [${entries.slice(0, 8).map(describeEntry)}${more}], ${rowFault(entries)}.`,
  );
}

/** Ids that are comparable as they are, or undefined; also where a value is no id. */
function plainIds(set: LabelSet): Int32Array | undefined {
  if (isRows(set)) return rowClasses(set);
  const { values } = set;
  const ids = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (set.ignore !== undefined && value === set.ignore) {
      ids[i] = MISSING_LABEL;
      continue;
    }
    if (!(Number.isInteger(value) && Math.abs(value) < FLOAT32_LIMIT)) return undefined;
    ids[i] = value;
  }
  return ids;
}

/** The class of each sample, undefined of none; all sets must name classes in one way. */
export function classesOf(sets: readonly LabelSet[]): (ClassId | undefined)[][] {
  let first: ClassId | undefined;
  return sets.map((set) => {
    const rows = isRows(set) ? rowClasses(set) : undefined;
    const ignored = rows ? MISSING_LABEL : set.ignore;
    return Array.from({ length: set.shape[0] as number }, (_, i) => {
      const value = rows?.[i] ?? classOf(set, i);
      if (value === ignored) return undefined;
      first ??= value;
      if ((typeof value === 'string') === (typeof first === 'string')) return value;
      throw refusal(
        set.origin,
        `Expected ${set.origin.name} to name classes in one way, by numbers or by strings, but got ` +
          `${describeEntry(value)} at ${i} beside ${describeEntry(first)}.`,
      );
    });
  });
}

const order = (a: ClassId, b: ClassId): number => (a < b ? -1 : a > b ? 1 : 0);

/** Numbers the classes of some sets together, densely; {@link MISSING_LABEL} for samples of none. */
export function encodeSets(sets: readonly LabelSet[]): {
  readonly ids: Int32Array[];
  readonly classes: ClassId[];
} {
  const found = classesOf(sets);
  const named = found.flat().filter((name) => name !== undefined);
  const classes = [...new Set(named)].sort(order);
  const positions = new Map(classes.map((name, position) => [name, position]));
  const ids = found.map((ofSet) =>
    Int32Array.from(ofSet, (name) =>
      name === undefined ? MISSING_LABEL : (positions.get(name) as number),
    ),
  );
  return { ids, classes };
}

/**
 * Ids that can be compared with each other, one array a set, on any backend: below 2^24, since some
 * move int32 through float32.
 */
export function comparableIds(sets: readonly LabelSet[]): Int32Array[] {
  const plain = sets.map(plainIds);
  return plain.every((ids) => ids !== undefined) ? plain : encodeSets(sets).ids;
}

/** Whether {@link comparableIds} gives the ids as they are. */
export const isPlain = (set: LabelSet): boolean => plainIds(set) !== undefined;
