import type { CustomCallbackArgs } from '@tensorflow/tfjs-layers';
import { Presets, SingleBar } from 'cli-progress';

/** A plain-object callback, as tfjs-vis and many programs have them: a bar for each epoch. */
export function progressBar(batches: number): CustomCallbackArgs {
  const bar = new SingleBar({ format: '{bar} {value}/{total} batches  loss {loss}' }, Presets.rect);
  return {
    onEpochBegin: () => bar.start(batches, 0, { loss: '' }),
    onBatchEnd: (batch, logs) => bar.update(batch + 1, { loss: logs?.loss?.toFixed(3) ?? '' }),
    onEpochEnd: () => bar.stop(),
  };
}
