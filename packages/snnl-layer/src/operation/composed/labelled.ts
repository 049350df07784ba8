/** Samples without a label, in core tfjs ops. Call these in a tidy. */
import {
  cast,
  fill,
  notEqual,
  reshape,
  scalar,
  type Tensor1D,
  type Tensor2D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { MISSING_LABEL } from '../contract';

/** 1 for samples `[N]` that have a label, 0 for others. */
export const labelMask = (ids: Tensor1D): Tensor1D =>
  cast(notEqual(ids, scalar(MISSING_LABEL, 'int32')), 'float32') as Tensor1D;

/** `rows` `[N, *]` with zeros for samples without a label, whatever stands there. */
export function ofLabelled(ids: Tensor1D, rows: Tensor2D): Tensor2D {
  const [n, d] = rows.shape;
  // Of the shape of the rows, since to broadcast a condition takes kernels of its own.
  const keeps = notEqual(reshape(ids, [n, 1]), fill([1, d], MISSING_LABEL, 'int32'));
  return where(keeps, rows, zerosLike(rows)) as Tensor2D;
}
