import {
  cast,
  reshape,
  Tensor,
  type Tensor2D,
  type TensorLike,
  tensor,
} from '@tensorflow/tfjs-core';
import { assertAlive } from '../operation/contract';
import { moveHere } from '../operation/host/tensor-io';

/**
 * Features as one float32 row a sample `[batch, features]`; trailing axes are flattened, and a
 * rank-1 tensor is one feature a sample. May be the tensor given.
 *
 * @throws Error if there is no batch axis, no feature, or the type is not numeric.
 */
export function featureRows(features: Tensor | TensorLike, name: string): Tensor2D {
  const given = features instanceof Tensor ? features : tensor(features);
  assertAlive(given, name);
  moveHere(given);
  const { shape, dtype } = given;
  const width = shape.slice(1).reduce((product, size) => product * size, 1);
  if (shape.length === 0 || width === 0) {
    throw new Error(
      `Expected ${name} to be of shape [batch, ...] with at least one feature a sample, but got ` +
        `shape [${shape}].`,
    );
  }
  if (dtype === 'string' || dtype === 'complex64') {
    throw new Error(`Expected ${name} to be float32, but got ${dtype}.`);
  }
  // A backend may take 0.1 ms for an op that changes nothing, and as long in the gradient.
  const float = dtype === 'float32' ? given : cast(given, 'float32');
  return shape.length === 2 ? (float as Tensor2D) : reshape(float, [shape[0] as number, width]);
}
