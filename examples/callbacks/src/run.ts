import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digits } from '@snnl/datasets';
import { callbacks, type History } from '@tensorflow/tfjs-layers';
import {
  asCallbacks,
  clamp,
  consoleTable,
  EntanglementLogger,
  inversePower,
  TemperatureAnnealing,
} from 'snnl-callbacks';
import { csv, jsonl, tensorBoard } from 'snnl-callbacks/node';
import { reportHtml, representationReport } from 'snnl-callbacks/report';
import { classifier } from './model';
import { progressBar } from './progress-bar';

export interface RunOptions {
  readonly train: Digits;
  readonly heldOut: Digits;
  readonly epochs: number;
  readonly seed: number;
  /** Where the logs and the report go. */
  readonly folder: string;
  readonly print: (text: string) => void;
}

const BATCH_SIZE = 100;

/** Trains with every callback at once, then reports on both hidden layers. */
export async function run(options: RunOptions): Promise<History> {
  const { train, heldOut, epochs, seed, folder, print } = options;
  const model = classifier(seed);
  const logger = new EntanglementLogger({
    x: heldOut.x,
    y: heldOut.labels,
    writers: [
      consoleTable({ print }),
      csv(join(folder, 'log.csv')),
      jsonl(join(folder, 'log.jsonl')),
      tensorBoard(join(folder, 'tensorboard')),
    ],
  });
  const history = await model.fit(train.x, train.y, {
    epochs,
    batchSize: BATCH_SIZE,
    // The images are in random order already; tfjs would shuffle without a seed.
    shuffle: false,
    verbose: 0,
    validationData: [heldOut.x, heldOut.y],
    callbacks: asCallbacks([
      progressBar(Math.ceil(train.x.shape[0] / BATCH_SIZE)),
      new TemperatureAnnealing({ schedule: clamp(inversePower({ gamma: 0.55 }), { min: 0.1 }) }),
      logger,
      callbacks.earlyStopping({ monitor: 'val_loss', patience: 2 }),
    ]),
  });
  const report = await representationReport({
    model,
    x: heldOut.x,
    y: heldOut.labels,
    records: logger.records,
    seed,
    title: 'MNIST digits in the hidden layers of a classifier',
  });
  writeFileSync(join(folder, 'report.html'), reportHtml(report));
  writeFileSync(join(folder, 'report.json'), JSON.stringify(report));
  return history;
}
