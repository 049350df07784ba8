import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebglDevice } from './context';
import type { Scratch } from './scratch';

/** Class ids from here on are not all told apart by a float32. */
const FIRST_INEXACT = 2 ** 24;

/**
 * Label tensors as they can be uploaded: where an id is too large for a float, all ids are replaced
 * by their place among the classes. Ids that are on the device already cannot be: the shaders mark
 * those that are too large, and the results are NaN.
 */
export function exactLabels(
  { backend }: WebglDevice,
  scratch: Scratch,
  labels: readonly TensorInfo[],
): readonly TensorInfo[] {
  const values = labels.map(({ dataId }) => {
    const data = backend.texData.get(dataId);
    return data.texture == null ? (data.values as Int32Array | undefined) : undefined;
  });
  const tooLarge = values.some((ids) => ids?.some((id) => Math.abs(id) >= FIRST_INEXACT));
  if (!tooLarge || values.includes(undefined)) return labels;
  const classes = new Map<number, number>();
  const dense = (id: number): number => {
    const known = classes.get(id) ?? classes.size;
    classes.set(id, known);
    return known;
  };
  return labels.map(({ shape }, index) => {
    const ids = Int32Array.from(values[index] ?? [], dense);
    return scratch.own(backend.makeTensorInfo(shape, 'int32', ids));
  });
}
