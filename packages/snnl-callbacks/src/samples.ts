import { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describeValue, type Labels, type OptionRules, type Rule, rules } from 'snnl-layer';

/** The inputs of a model `[samples, ...]`; one of them alone, or all in an array. */
export type Inputs = Tensor | readonly Tensor[];

/**
 * Samples with labels: class ids or, in a plain array, names `[N]` or `[N, 1]`; or one-hot rows
 * `[N, classes]`.
 */
export interface LabelledSamples {
  /** The model's input or inputs `[N, ...]`. */
  readonly x: Inputs;
  readonly y: Labels;
}

const tensors = rules.arrayOf(rules.tensor);
const inputsRule: Rule<Inputs> = {
  ...rules.either(rules.tensor, {
    ...tensors,
    allows: (list) => list.length > 0 && tensors.allows(list),
  }),
  expected: 'a tensor of samples, or an array of one for each input',
};

export const LABELLED_RULES: OptionRules<LabelledSamples> = {
  x: rules.required(inputsRule),
  y: rules.required({
    ...rules.any<Labels>(
      'the class ids of the samples in x, a tensor or an array, or one-hot rows',
    ),
    allows: (labels) =>
      countOf(labels) !== undefined && !(labels instanceof Tensor && labels.rank > 2),
  }),
};

/** Samples that labels are for, as far as that can be told. */
function countOf(labels: Labels): number | undefined {
  if (labels instanceof Tensor) return labels.shape[0];
  return Array.isArray(labels) || ArrayBuffer.isView(labels)
    ? (labels as ArrayLike<unknown>).length
    : undefined;
}

/** @throws RangeError if samples and labels differ in number. */
export function assertPaired({ x, y }: LabelledSamples): void {
  const counts = [x].flat().map((input: Tensor) => input.shape[0]);
  const labels = countOf(y);
  if (counts.every((count) => count === labels)) return;
  throw new RangeError(
    `Expected as many labels in y as samples in x, but got ${labels} labels for ` +
      `${counts.join(' and ')} samples.`,
  );
}

/**
 * Refuses samples that a model cannot take, as tfjs would at the first batch.
 *
 * @throws RangeError if number or shapes of the inputs are not those of the model.
 * @throws Error if one was disposed of.
 */
export function assertInputs(model: LayersModel, x: Inputs, name = 'x'): void {
  const given: readonly Tensor[] = [x].flat();
  const gone = given.find(({ isDisposed }) => isDisposed);
  if (gone !== undefined) {
    throw new Error(
      `Expected ${name} to be a tensor that is still there, but got one that has been disposed of.`,
    );
  }
  const wanted = model.inputs.map(({ shape }) => shape.slice(1));
  const fits =
    given.length === wanted.length &&
    given.every(({ shape }, index) => {
      const sizes = wanted[index] ?? [];
      return (
        shape.length === sizes.length + 1 &&
        sizes.every((size, axis) => size === null || size === shape[axis + 1])
      );
    });
  if (fits) return;
  const shapes = wanted.map((sizes) => `[${['samples', ...sizes.map((size) => size ?? 'any')]}]`);
  throw new RangeError(
    `Expected ${name} to have the shape of the inputs of model '${model.name}', ` +
      `${shapes.join(' and ')}, but got ${given.map(describeValue).join(' and ')}.`,
  );
}
