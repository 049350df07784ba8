import type { Callback } from '@tensorflow/tfjs-layers';

/** Batches in an epoch as far as the parameters of a training say: undefined for some datasets. */
function batchesPerEpoch({ steps, samples, batchSize }: Callback['params']): number | undefined {
  if (typeof steps === 'number') return steps;
  if (typeof samples === 'number' && typeof batchSize === 'number') {
    return Math.ceil(samples / batchSize);
  }
  return undefined;
}

/**
 * The first batch of an epoch, counted over the whole training.
 *
 * @param stepsPerEpoch What the user has given; undefined: as the parameters say.
 * @param callback Whose `stepsPerEpoch` it is, for the message.
 * @throws Error if a training is resumed and nobody knows how many batches its epochs have.
 */
export function firstBatch(
  epoch: number,
  params: Callback['params'],
  stepsPerEpoch: number | undefined,
  callback: string,
): number {
  if (epoch === 0) return 0;
  const batches = stepsPerEpoch ?? batchesPerEpoch(params);
  if (batches !== undefined) return epoch * batches;
  throw new Error(
    `Training resumes at epoch ${epoch} with a dataset of unknown size, so the step of its first ` +
      `batch is unknown. Give stepsPerEpoch to ${callback}, or batchesPerEpoch to fitDataset.`,
  );
}
