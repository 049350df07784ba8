import * as tf from '@tensorflow/tfjs';
import { registerWasmMatMul } from 'snnl-layer';
import { useBackend } from './backends';
import { digits, machineLine, table, times } from './format';
import { describeMachine } from './machine';
import { interleaved, type Timing } from './measure';
import type { Options } from './options';

/** Dense relu layers and a softmax head: widths from input to output, and samples a step. */
const NETWORKS = [
  { widths: [784, 128, 64, 10], batch: 128 },
  { widths: [784, 500, 500, 2000, 10], batch: 256 },
];
const PRODUCTS = ['BatchMatMul', '_FusedMatMul'];

/** A function that puts the product kernels that are registered now in place again. */
function productsNow(): () => void {
  const kernels = PRODUCTS.map((name) => tf.getKernel(name, 'wasm'));
  return () => {
    for (const kernel of kernels) {
      tf.unregisterKernel(kernel.kernelName, kernel.backendName);
      tf.registerKernel(kernel);
    }
  };
}

function step({ widths, batch }: (typeof NETWORKS)[number]): () => Promise<unknown> {
  const [inputs = 0, ...units] = widths;
  const classes = units.at(-1) ?? 0;
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape: [inputs] }));
  units.forEach((width, k) => {
    const activation = k === units.length - 1 ? 'softmax' : 'relu';
    model.add(tf.layers.dense({ units: width, activation }));
  });
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  const x = tf.randomUniform([batch, inputs], 0, 1, 'float32', 1);
  const ids = Int32Array.from({ length: batch }, (_, i) => i % classes);
  const y = tf.oneHot(tf.tensor1d(ids, 'int32'), classes);
  return () => model.trainOnBatch(x, y);
}

/** CPU time of a step on `wasm` with the matrix products of tfjs, and after `registerWasmMatMul`. */
export async function runMatMul({ repeats, threads, json }: Options): Promise<void> {
  await useBackend('wasm', threads);
  const useOwn = productsNow();
  registerWasmMatMul();
  const useOurs = productsNow();
  const records = [];
  for (const network of NETWORKS) {
    const run = step(network);
    // CPU time: tfjs has one thread here, and a busy machine adds little to it.
    const using = (use: () => void) => async (iterations: number) => {
      use();
      globalThis.gc?.();
      await run();
      const start = process.cpuUsage();
      for (let i = 0; i < iterations; i++) await run();
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000 / iterations;
    };
    const samplers = new Map([
      ['tfjs', using(useOwn)],
      ['ours', using(useOurs)],
    ]);
    const timings = Object.fromEntries(await interleaved(samplers, repeats));
    const { tfjs, ours } = timings as Record<'tfjs' | 'ours', Timing>;
    const record = {
      network: network.widths.join('-'),
      batch: network.batch,
      tfjsMs: tfjs.median,
      oursMs: ours.median,
      ratio: tfjs.median / ours.median,
    };
    records.push(record);
    if (json) console.log(JSON.stringify(record));
  }
  if (json) return;
  const rows = records.map((record): [string, string][] => [
    ['network', record.network],
    ['batch', String(record.batch)],
    ['tfjs ms', digits(record.tfjsMs)],
    ['registerWasmMatMul ms', digits(record.oursMs)],
    ['ratio', times(record.ratio)],
  ]);
  console.log(`CPU time of a training step on wasm; ${machineLine(describeMachine({}))}`);
  console.log(`Medians of ${repeats} interleaved samples.\n\n${table(rows)}`);
}
