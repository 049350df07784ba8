import {
  argMax,
  cast,
  reshape,
  Tensor,
  type Tensor1D,
  type TensorLike,
  tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { detach } from './detach';
import { moveHere } from './host/tensor-io';

/** Class ids as an int32 tensor, so that ids above 2^24 are not rounded as floats. */
function idTensor(ids: ArrayLike<unknown>, name: string): Tensor {
  for (let i = 0; i < ids.length; i++) {
    if (!Number.isInteger(ids[i])) {
      throw new Error(`Expected ${name} to be integer class ids, but got ${ids[i]} at ${i}.`);
    }
  }
  return tensor1d(Int32Array.from(ids as ArrayLike<number>), 'int32');
}

function labelTensor(labels: Tensor | TensorLike, name: string): Tensor {
  if (labels instanceof Tensor) return labels;
  const flat = Array.isArray(labels) ? typeof labels[0] !== 'object' : ArrayBuffer.isView(labels);
  return flat ? idTensor(labels as ArrayLike<unknown>, name) : tensor(labels);
}

/**
 * Class ids of a batch.
 *
 * @param labels Class ids `[batch]` or `[batch, 1]`, or one-hot rows `[batch, classes]`, of which
 *   the largest entry counts. A tensor or nested arrays.
 * @param batch Number of samples that the labels must have.
 * @param name What the labels are called in error messages.
 * @returns int32 `[batch]`, constant for every gradient.
 * @throws Error if the shape is none of these, or ids in an array are not integers.
 */
export function classIds(labels: Tensor | TensorLike, batch: number, name = 'labels'): Tensor1D {
  return detach(() => {
    const given = labelTensor(labels, name);
    moveHere(given);
    const { shape } = given;
    if (shape[0] !== batch || shape.length > 2) {
      throw new Error(
        `Expected ${name} to be class ids of shape [${batch}] or [${batch},1], or one-hot rows of ` +
          `shape [${batch},classes], one for each sample of the features, but got shape ` +
          `[${shape}].`,
      );
    }
    const isOneHot = shape.length === 2 && shape[1] !== 1;
    const ids = isOneHot ? argMax(given, 1) : shape.length === 1 ? given : reshape(given, [batch]);
    return (ids.dtype === 'int32' ? ids.clone() : cast(ids, 'int32')) as Tensor1D;
  });
}
