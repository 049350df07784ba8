import '@tensorflow/tfjs-backend-cpu';
import { Callback } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { TemperatureAnnealing } from './annealing';
import { EntanglementLogger } from './entanglement-logger';
import { constant } from './schedules';
import { blobs, functionalModel } from './testing/models';

const { x, ids, oneHot } = blobs({ count: 600 });

/** Times at which the event loop turned while a model trained with `callbacks`, in ms. */
async function turns(callbacks: Callback[]): Promise<{ times: number[]; duration: number }> {
  const times: number[] = [];
  let training = true;
  const watch = (): void => {
    if (!training) return;
    times.push(performance.now());
    setImmediate(watch);
  };
  const model = functionalModel();
  const begin = performance.now();
  const done = model.fit(x, oneHot, { epochs: 6, batchSize: 12, verbose: 0, callbacks });
  setImmediate(watch);
  await done;
  training = false;
  return { times, duration: performance.now() - begin };
}

class Nothing extends Callback {}

it('turns the event loop at least every 125 ms, where tfjs alone does not', async () => {
  const without = await turns([new Nothing()]);
  // What turns there are come from before the first batch.
  expect(without.times.length).toBeLessThan(5);

  const annealing = new TemperatureAnnealing({ schedule: constant(1) });
  const logger = new EntanglementLogger({ x, y: ids });
  for (const callbacks of [[annealing], [logger], [annealing, logger]]) {
    const { times, duration } = await turns(callbacks);
    // On average, so that a pause of a busy machine cannot fail it.
    expect(duration / (times.length + 1)).toBeLessThan(125);
  }
}, 30_000);
