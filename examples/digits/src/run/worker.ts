/**
 * The process that trains and measures one run. It is a process of its own so that the two runs
 * use two cores (the WebAssembly backend has one thread in Node) and the demo stays responsive.
 */

import { UserError } from '@snnl/datasets';
import { autoencoder } from '../autoencoder';
import { startBackend } from '../backend/start';
import type { RunResult } from '../results';
import type { RunName, Settings } from '../settings';
import { measureRun } from './measure-run';
import type { FromWorker, ToWorker } from './messages';
import { readSplit } from './split';
import { train } from './train';

/** Resolves once the message is on its way. */
const send = (message: FromWorker): Promise<void> =>
  new Promise((resolve) => process.send?.(message, () => resolve()));

let stopAsked = false;
/** Points in the picture after Ctrl-C, so that the report comes soon. */
const QUICK_PICTURE = 500;

async function run(name: RunName, settings: Settings): Promise<RunResult> {
  await startBackend(settings.backend);
  const images = readSplit(settings);
  const { rows, columns } = images.train;
  const model = autoencoder({
    inputSize: rows * columns,
    hidden: settings.hidden,
    code: settings.code,
    seed: settings.seed,
    factor: name === 'with' ? settings.factor : null,
  });
  const began = performance.now();
  const stopped = await train(model, settings, images.train, images.probe, {
    onStep: (step) => void send({ type: 'step', step }),
    onEpoch: (record) => void send({ type: 'epoch', record }),
    shouldStop: () => stopAsked,
  });
  const trained = performance.now();
  void send({ type: 'measuring' });
  const pictureSize = stopped ? Math.min(QUICK_PICTURE, images.probe.count) : images.probe.count;
  const { measures, picture } = await measureRun(model, settings, images, pictureSize);
  return {
    measures,
    picture,
    stopped,
    trainingSeconds: (trained - began) / 1000,
    measuringSeconds: (performance.now() - trained) / 1000,
  };
}

// Ctrl-C reaches every process of the terminal; the demo decides what it means.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
process.on('message', (message: ToWorker) => {
  if (message.type === 'stop') {
    stopAsked = true;
    return;
  }
  run(message.run, message.settings)
    .then((result) => send({ type: 'result', result }))
    .catch((error: unknown) => {
      const isUserError = error instanceof UserError;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return send({ type: 'failed', message: isUserError ? error.message : text, isUserError });
    })
    .finally(() => process.disconnect());
});
