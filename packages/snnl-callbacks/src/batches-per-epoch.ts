import type { Callback } from '@tensorflow/tfjs-layers';

/** Batches in an epoch as far as the parameters of a training say: undefined for some datasets. */
export function batchesPerEpoch(params: Callback['params']): number | undefined {
  const { steps, samples, batchSize } = params;
  if (typeof steps === 'number') return steps;
  if (typeof samples === 'number' && typeof batchSize === 'number') {
    return Math.ceil(samples / batchSize);
  }
  return undefined;
}
