import {
  customGrad,
  engine,
  type GradSaveFunc,
  getBackend,
  getKernel,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { REDUCED_LOSS, REDUCED_LOSS_GRAD } from './kernel-names';

/** Whether the current backend has kernels for {@link reducedLoss}. */
export const hasReducedLoss = (): boolean => getKernel(REDUCED_LOSS, getBackend()) != null;

/**
 * Sum of A_i - B_i over the anchors that are not lone, or their mean; 0 where there are none.
 *
 * @param sums float32 `[9, N]`, the output of the operation.
 * @see docs/math.md eq. 3.
 */
export function reducedLoss(sums: Tensor2D, reduction: 'mean' | 'sum'): Scalar {
  const attrs = { mean: reduction === 'mean' };
  const run = <T extends Tensor>(kernel: string, inputs: NamedTensorMap) =>
    engine().runKernel(kernel, inputs, attrs) as T;
  return customGrad((x, save) => {
    (save as GradSaveFunc)([x as Tensor]);
    return {
      value: run<Scalar>(REDUCED_LOSS, { sums: x as Tensor }),
      gradFunc: (dy: Scalar, [saved]: Tensor[]) =>
        run<Tensor2D>(REDUCED_LOSS_GRAD, { sums: saved as Tensor, dy }),
    };
  })(sums) as Scalar;
}
