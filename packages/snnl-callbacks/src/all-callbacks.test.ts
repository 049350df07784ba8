import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { callbacks } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { TemperatureAnnealing } from './annealing';
import { asCallbacks } from './as-callbacks';
import { EntanglementLogger } from './entanglement-logger';
import { csv, jsonl, tensorBoard } from './node';
import { exponential } from './schedules';
import { temporaryFolder } from './testing/logs';
import { blobs, functionalModel } from './testing/models';
import { consoleTable } from './writers/console-table';
import { tfvisChart } from './writers/tfvis-chart';

it('leaves no tensor behind in 100 epochs with every callback and writer', async () => {
  const train = blobs({ count: 30, seed: 3 });
  const heldOut = blobs({ count: 24, seed: 5 });
  const folder = temporaryFolder();
  const counts: number[] = [];
  const writers = [
    consoleTable({ print: () => {} }),
    tfvisChart({ render: { linechart: async () => {} } }),
    csv(join(folder, 'log.csv')),
    jsonl(join(folder, 'log.jsonl')),
    tensorBoard(join(folder, 'board')),
  ];
  const measured = { x: heldOut.x, y: heldOut.ids, layers: ['hidden', 'snnl'], perClass: true };
  const list = asCallbacks([
    new TemperatureAnnealing({ schedule: exponential({ rate: 0.99 }), per: 'batch' }),
    new EntanglementLogger({ ...measured, writers }),
    new EntanglementLogger({ ...measured, per: 'batch', every: 2, name: 'batches' }),
    callbacks.earlyStopping({ monitor: 'entanglement_snnl_ratio', patience: 100, mode: 'min' }),
    // Not at the end of epochs, where tfjs still holds losses.
    { onEpochBegin: () => void counts.push(memory().numTensors) },
  ]);
  const model = functionalModel();
  const before = memory().numTensors;
  const { history } = await model.fit(train.x, train.oneHot, {
    epochs: 100,
    batchSize: 10,
    verbose: 0,
    validationData: [heldOut.x, heldOut.oneHot],
    callbacks: list,
  });
  expect(history.entanglement_snnl_ratio?.length).toBe(100);
  expect(counts.length).toBe(100);
  expect(new Set(counts).size).toBe(1);
  expect(memory().numTensors).toBe(before);
  for (const name of ['log.csv', 'log.jsonl']) {
    const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBe(name === 'log.csv' ? 101 : 100);
  }
});
