import { isLabelled } from '../operation/contract';
import { assertOptions, type OptionRules } from '../options';
import {
  arraySet,
  type ClassId,
  type ClassLabel,
  classesOf,
  describeEntry,
  encodeSets,
  type IgnoredClass,
  ignoredClassRule,
  type LabelArray,
} from './label-values';

/** Options of {@link encodeLabels}. */
export interface EncodeLabelsOptions {
  /** What the values say of samples without a label. Default: every sample has one. */
  readonly ignoreClass?: IgnoredClass;
}

const RULES: OptionRules<EncodeLabelsOptions> = { ignoreClass: ignoredClassRule };

/** Labels as numbers, and what these stand for. */
export interface EncodedLabels {
  /** Positions in `classes`, one a sample; -1 for one without a label. */
  readonly ids: Int32Array;
  /** Each class once: numbers in rising order, or names in that of their code units. */
  readonly classes: ClassId[];
}

/**
 * Numbers classes, so that labels of any kind can be made a tensor.
 *
 * @param values Names, integers of any size, or one-hot rows; one a sample.
 * @param classes The classes to number by, such as those of the training samples for others. Default:
 *   those that occur, sorted.
 * @param options `ignoreClass`: what the values say of samples without a label, such as `''`; then give
 *   `ignoreClass: -1` where the ids go.
 * @returns Ids from 0 on, and the class that each stands for.
 * @throws Error if a value is no label, or none of `classes`; RangeError for an integer that the
 *   values hold rounded.
 */
export function encodeLabels(
  values: LabelArray,
  classes?: ArrayLike<ClassLabel>,
  options: EncodeLabelsOptions = {},
): EncodedLabels {
  assertOptions('encodeLabels', options, RULES);
  const set = arraySet(values, { name: 'values' }, undefined, options.ignoreClass);
  if (classes === undefined) {
    const { ids, classes: all } = encodeSets([set]);
    return { ids: (ids[0] as Int32Array).map((id) => (isLabelled(id) ? id : -1)), classes: all };
  }
  const sets = classesOf([arraySet(classes, { name: 'classes' }), set]);
  const [known, found] = sets as [ClassId[], (ClassId | undefined)[]];
  const positions = new Map(known.map((name, position) => [name, position]));
  if (positions.size < known.length) {
    throw new Error('Expected classes to name each class once, but one comes twice.');
  }
  const ids = found.map((name, i) => {
    if (name === undefined) return -1;
    const id = positions.get(name);
    if (id !== undefined) return id;
    throw new Error(
      `Expected values to be among the ${known.length} classes given, but got ${describeEntry(name)} ` +
        `at ${i}.`,
    );
  });
  return { ids: Int32Array.from(ids), classes: known };
}
