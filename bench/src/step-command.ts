import { registerWasmMatMul } from 'snnl-layer';
import { isBrowserBackend, useBackend } from './backends';
import { openBrowser } from './browser/host';
import { digits, loadWarning, machineLine, table, times } from './format';
import { describeMachine, type Machine } from './machine';
import type { BackendName, Options } from './options';
import { measureStep, STEP_MODELS, type StepModel, type StepTimes } from './step';
import { kernelCalls } from './work';

/** One training step on one backend: one line of `--step --json`. */
export interface StepRecord extends StepModel, StepTimes {
  readonly backend: BackendName;
  /** Whether matrix products transpose first: an option on the wasm backend only. */
  readonly transposing: boolean;
  readonly repeats: number;
  readonly threads: number;
  readonly machine: Machine;
}

type Measure = typeof measureStep;
type Report = (measure: Measure, machine: Machine, transposing?: boolean) => Promise<void>;

async function onBackend(backend: BackendName, options: Options, report: Report): Promise<void> {
  if (isBrowserBackend(backend)) {
    const browser = await openBrowser(backend, options.gpu);
    try {
      await report(browser.step, describeMachine({ browser: browser.description }));
    } finally {
      await browser.close();
    }
    return;
  }
  await useBackend(backend, options.threads);
  const machine = describeMachine();
  await report(measureStep, machine);
  if (backend !== 'wasm') return;
  registerWasmMatMul();
  await report(measureStep, machine, true);
}

function row(record: StepRecord): [string, string][] {
  const perLayer = (count: number | null) => digits(count === null ? null : count / record.layers);
  return [
    ['backend', `${record.backend}${record.transposing ? ', transposing product' : ''}`],
    ['model', record.units.join('-')],
    ['batch', String(record.batch)],
    ['with ms', digits(record.withMs)],
    ['without ms', digits(record.withoutMs)],
    ['with / without', times(record.ratio)],
    ['paired', times(record.pairedRatio)],
    ['kernels a layer', perLayer(kernelCalls(record.added))],
    ['launches a layer', perLayer(record.added.launches)],
    ['read-backs a layer', perLayer(record.added.readBacks)],
  ];
}

/** Measures a training step of the models that `--step` names. */
export async function runStep(options: Options): Promise<void> {
  const { backend = 'wasm', repeats, threads } = options;
  const records: StepRecord[] = [];
  await onBackend(backend, options, async (measure, machine, transposing = false) => {
    for (const name of options.step) {
      const model = STEP_MODELS[name];
      if (!options.json) console.error(`${model.units.join('-')}, batch ${model.batch} ...`);
      const measured = await measure(model, repeats);
      const shared = { repeats, threads, machine };
      records.push({ backend, transposing, ...model, ...measured, ...shared });
      if (options.json) console.log(JSON.stringify(records.at(-1)));
    }
  });
  const [first] = records;
  if (options.json || first === undefined) return;
  const lines = [
    `One training step (trainOnBatch), ${first.kernel} kernel; ` +
      machineLine(first.machine, threads),
    `Medians of ${repeats} interleaved samples.`,
    ...loadWarning(first.machine),
    '',
    table(records.map(row)),
  ];
  console.log(lines.join('\n'));
}
