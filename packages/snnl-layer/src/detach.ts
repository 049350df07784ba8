import { customGrad, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Runs `f` off the gradient tape: its result is a constant for every gradient taken later.
 * A custom gradient without inputs has no path back to what `f` read.
 */
export function detach<T extends Tensor>(f: () => T): T {
  return customGrad(() => ({ value: f(), gradFunc: () => [] }))() as T;
}
