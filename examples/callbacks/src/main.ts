import '@tensorflow/tfjs-backend-wasm';
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { digits } from '@snnl/datasets';
import { setBackend } from '@tensorflow/tfjs-core';
import { registerWasmMatMul } from 'snnl-layer';
import { run } from './run';

const { values } = parseArgs({
  options: {
    train: { type: 'string', default: '6000' },
    'held-out': { type: 'string', default: '1000' },
    epochs: { type: 'string', default: '30' },
    seed: { type: 'string', default: '7' },
    out: { type: 'string', default: 'callbacks-run' },
  },
});

registerWasmMatMul();
await setBackend('wasm');
mkdirSync(values.out, { recursive: true });
const history = await run({
  train: digits('train', 0, Number(values.train)),
  heldOut: digits('test', 0, Number(values['held-out'])),
  epochs: Number(values.epochs),
  seed: Number(values.seed),
  folder: values.out,
  print: console.log,
});
console.log(`\nHistory after ${history.epoch.length} epochs:`);
for (const [key, course] of Object.entries(history.history)) {
  console.log(`  ${key}: ${course.map((value) => Number(value).toFixed(3)).join(' ')}`);
}
console.log(
  `Logs and report.html are in ${values.out}. TensorBoard: tensorboard --logdir ${values.out}`,
);
