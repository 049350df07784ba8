/** Trains and logs until it is killed: `endless-training.ts <folder>`. */
import '@tensorflow/tfjs-backend-cpu';
import { join } from 'node:path';
import { EntanglementLogger } from '../entanglement-logger';
import { csv, jsonl, tensorBoard } from '../node';
import { blobs, functionalModel } from './models';

const folder = process.argv[2] ?? '.';
const { x, ids, oneHot } = blobs();
const writers = [
  csv(join(folder, 'log.csv')),
  jsonl(join(folder, 'log.jsonl')),
  tensorBoard(join(folder, 'board')),
];
await functionalModel().fit(x, oneHot, {
  epochs: 1e6,
  batchSize: 10,
  verbose: 0,
  callbacks: [new EntanglementLogger({ x, y: ids, per: 'batch', perClass: true, writers })],
});
