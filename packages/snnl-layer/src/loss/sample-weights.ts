import {
  add,
  argMax,
  cast,
  equal,
  expandDims,
  matMul,
  min,
  mul,
  reshape,
  sqrt,
  Tensor,
  type Tensor1D,
  type TensorLike,
  tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { assertAlive } from '../operation/contract';
import { moveHere } from '../operation/host/tensor-io';
import { describeValue, type Rule, rules } from '../options';
import { FLOAT32_LIMIT } from './label-values';

/** Weights by class id, as `classWeight` of `fit`; a class without one has weight 1. */
export type ClassWeight = { readonly [classId: number]: number };

const isId = (id: number): boolean => Number.isInteger(id) && Math.abs(id) < FLOAT32_LIMIT;
const isWeight = (weight: unknown): boolean =>
  typeof weight === 'number' && weight >= 0 && weight < Infinity;

/** A {@link ClassWeight}: ids that every backend tells apart, with weights of 0 or more. */
export const classWeightRule: Rule<ClassWeight> = {
  ...rules.object<ClassWeight>(
    'an object of finite weights, 0 or greater, by class id, such as { 3: 10 }, the ids below 2^24',
  ),
  allows: (weights) =>
    !Array.isArray(weights) &&
    Object.keys(weights).length > 0 &&
    Object.entries(weights).every(([id, weight]) => isId(Number(id)) && isWeight(weight)),
};

/**
 * Weights of samples, one each.
 *
 * @param weights `[samples]` or `[samples, 1]`, 0 or greater.
 * @param name What messages call them.
 * @returns float32 `[samples]`. On a device, weights of which one is negative are NaN: they are not read.
 * @throws Error if they are not one a sample; RangeError if an array holds one that is negative, NaN or
 *   infinite.
 */
export function weightColumn(
  weights: Tensor | TensorLike,
  samples: number,
  name: string,
): Tensor1D {
  const isTensor = weights instanceof Tensor;
  const given: Tensor = isTensor ? weights : tensor(weights);
  assertAlive(given, name);
  moveHere(given);
  const { shape, dtype } = given;
  const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!isColumn || shape[0] !== samples || dtype === 'string' || dtype === 'complex64') {
    throw new Error(
      `Expected ${name} to be numbers, one for each sample, [${samples}], but got ${dtype} of shape ` +
        `[${shape}].`,
    );
  }
  if (!isTensor) {
    const values = [...given.dataSync()];
    const wrong = values.findIndex((value) => !isWeight(value));
    if (wrong >= 0) {
      throw new RangeError(
        `Expected ${name} to be finite numbers, 0 or greater, but got ` +
          `${describeValue(values[wrong])} at ${wrong}.`,
      );
    }
  }
  const column = cast(reshape(given, [samples]), 'float32') as Tensor1D;
  // sqrt of a negative one is NaN; 0 times infinity too.
  return isTensor && samples > 0 ? add(column, mul(sqrt(min(column)), mul(column, 0))) : column;
}

/** float32 `[samples]`: the weights of the classes of integer ids or one-hot rows. */
export function weightsByClass(labels: Tensor, weights: ClassWeight, samples: number): Tensor1D {
  moveHere(labels);
  const isRows = labels.rank === 2 && labels.shape[1] !== 1;
  const ids = isRows ? argMax(labels, 1) : cast(reshape(labels, [samples]), 'int32');
  const entries = Object.entries(weights);
  const keys = tensor1d(
    entries.map(([id]) => Number(id)),
    'int32',
  );
  const more = tensor1d(
    entries.map(([, weight]) => weight - 1),
    'float32',
  );
  const has = cast(equal(expandDims(ids, 1), expandDims(keys, 0)), 'float32');
  return add(reshape(matMul(has, expandDims(more, 1)), [samples]), 1) as Tensor1D;
}
