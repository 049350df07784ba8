import * as tf from '@tensorflow/tfjs';
import { type Distance, type KernelKind, kernelFor, neighborEntanglement } from 'snnl-layer';
import { assertAgree } from './agreement';
import { isBrowserBackend, useBackend } from './backends';
import { makeBatch } from './batch';
import { plain } from './contender';
import { digits, loadWarning, machineLine, table } from './format';
import { describeMachine, type Machine } from './machine';
import { median, sampler } from './measure';
import { type BackendName, type Options, type Size, UsageError } from './options';
import { flops } from './record';

/** Entanglement of a data set: one line of `--dataset --json`. */
export interface DatasetRecord extends Size {
  readonly backend: BackendName;
  readonly distance: Distance;
  /** Median. */
  readonly seconds: number;
  /** 2 N^2 D a second, in 1e9. */
  readonly gflops: number;
  readonly kernel: KernelKind;
  readonly repeats: number;
  readonly threads: number;
  readonly machine: Machine;
}

/** Of these few the result is checked, and they warm up. */
const FEW = 1000;

/** `neighborEntanglement` of a batch of the benchmark. */
function entanglementOf({ n, d }: Size, distance: Distance) {
  const batch = makeBatch(n, d);
  const labels = tf.tensor1d(batch.labels, 'int32');
  const features = tf.tensor2d(batch.features, [n, d]);
  return {
    batch,
    run: () => neighborEntanglement(labels, features, { distance }),
    dispose: () => tf.dispose([labels, features]),
  };
}

async function check(size: Size, distance: Distance): Promise<void> {
  const few = entanglementOf(size, distance);
  const baseline = plain(few.batch, { temperature: 1, distance });
  const expected = await baseline.run('forward');
  const { loss } = await few.run();
  assertAgree(expected, { loss, gradient: expected.gradient }, 'Entanglement against plain');
  baseline.dispose();
  few.dispose();
}

/** Times `neighborEntanglement` at the sizes that `--dataset` names. */
export async function runDataset(options: Options): Promise<void> {
  const { backend = 'wasm', repeats, threads } = options;
  if (isBrowserBackend(backend)) {
    throw new UsageError(`--dataset runs in Node: use another backend than '${backend}'.`);
  }
  await useBackend(backend, threads);
  const shared = { backend, kernel: kernelFor(backend), repeats, threads };
  const machine = describeMachine();
  const records: DatasetRecord[] = [];
  for (const size of options.dataset) {
    for (const distance of options.distances) {
      await check({ n: Math.min(size.n, FEW), d: size.d }, distance);
      const dataset = entanglementOf(size, distance);
      const sample = sampler(dataset.run);
      const times: number[] = [];
      for (let i = 0; i < repeats; i++) times.push(await sample(1));
      dataset.dispose();
      const seconds = median(times) / 1e3;
      const gflops = flops(size.n, size.d, 'forward') / seconds / 1e9;
      records.push({ ...shared, ...size, distance, seconds, gflops, machine });
      if (options.json) console.log(JSON.stringify(records.at(-1)));
    }
  }
  if (options.json) return;
  const rows = records.map(({ n, d, distance, seconds, gflops }): [string, string][] => [
    ['N', String(n)],
    ['D', String(d)],
    ['distance', distance],
    ['seconds', digits(seconds)],
    ['GFLOP/s', digits(gflops)],
  ]);
  const lines = [
    `neighborEntanglement, backend ${backend}, ${shared.kernel} kernel; ` +
      machineLine(machine, threads),
    `Medians of ${repeats} runs.`,
    ...loadWarning(machine),
    '',
    table(rows),
  ];
  console.log(lines.join('\n'));
}
