import { join, resolve } from 'node:path';
import { datasetSource, directorySource, UserError } from '@snnl/datasets';
import { writeAtomically } from './atomic-write';
import { duration } from './console/duration';
import { type Progress, showProgress } from './console/progress';
import { consoleTable } from './console/table';
import { HELP, type Options, readOptions } from './options';
import { comparison, price } from './report/comparison';
import { reportPage } from './report/page';
import type { ReportData } from './report/report-data';
import { count } from './report/test-images';
import { type Runs, runAll, runsAtOnce } from './run/run-all';
import { readSplit } from './run/split';
import type { Settings } from './settings';

/** Exit code of a program that Ctrl-C ended, by custom of shells: 128 + SIGINT. */
const INTERRUPTED = 130;
/** One Ctrl-C can arrive twice, from the terminal and from npm, but then close together. */
const SAME_KEYPRESS_MS = 500;

export interface MainContext {
  readonly args: readonly string[];
  /** Options for Node that let it run TypeScript, for the processes that train. */
  readonly execArgv: readonly string[];
}

function settingsFor(options: Options): Settings {
  const { dataset, dataDir, out: _out, ...shared } = options;
  const source = dataDir === undefined ? datasetSource(dataset) : directorySource(dataDir);
  return { ...shared, source, code: 10, learningRate: 0.001, gamma: 0.55 };
}

function introduce(settings: Settings): void {
  const { source, trainSize, testSize, hidden, code, epochs, backend } = settings;
  console.log(
    `Data: ${source.title}. ${count(trainSize)} images to train on, the same number of each class; ` +
      `${count(testSize)} test images.`,
  );
  if (source.note !== undefined) console.log(source.note);
  console.log(
    `Network: autoencoder with hidden layers of ${hidden.join(', ')} units and a code of ${code}; ` +
      `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} on the ${backend} backend.`,
  );
  const how = runsAtOnce(settings) ? 'side by side' : 'one after the other';
  console.log(
    `Two runs ${how}, from the same weights: without the soft nearest neighbour loss (SNNL), and ` +
      'with it.',
  );
  console.log(
    'Below, of the training images: loss of the reconstruction alone, in nats a pixel; SNNL summed over ' +
      `${hidden.length + 1} layers, at a temperature that falls, so its epochs do not compare.`,
  );
  console.log(
    'The time left is of training; measuring follows. With the defaults, both take one to three ' +
      'minutes on two cores.',
  );
  console.log('Ctrl-C stops early and reports what there is.\n');
}

/** Stops the runs at the first Ctrl-C, the program at the second; returns whether one came. */
function watchInterrupt(runs: Runs, progress: Progress): () => boolean {
  let first: number | undefined;
  process.on('SIGINT', () => {
    if (first === undefined) {
      first = performance.now();
      progress.note('Stopping; the report follows. Ctrl-C again quits without it.');
      runs.stop();
    } else if (performance.now() - first > SAME_KEYPRESS_MS) {
      progress.close();
      process.exit(INTERRUPTED);
    }
  });
  return () => first !== undefined;
}

function writeReport(folder: string, data: ReportData): void {
  const report = join(folder, 'report.html');
  const results = join(folder, 'results.json');
  writeAtomically(results, `${JSON.stringify(data, undefined, 1)}\n`);
  writeAtomically(report, reportPage(data));
  console.log(`\n${data.interrupted ? 'Partial report' : 'Report'}: ${report}`);
  console.log(`Its numbers: ${results}`);
}

/** Trains, prints and reports; returns the exit code. */
async function demo(options: Options, execArgv: readonly string[]): Promise<number> {
  const began = performance.now();
  const settings = settingsFor(options);
  // The processes that train read the images themselves; reading here finds mistakes early.
  const { probe } = readSplit(settings);
  introduce(settings);
  const progress = showProgress(settings.epochs, {
    isTerminal: process.stdout.isTTY === true,
    print: console.log,
  });
  const runs = runAll(settings, execArgv, {
    onStep: progress.step,
    onEpoch: progress.epoch,
    onMeasuring: progress.measuring,
    onEnd: progress.done,
  });
  const wasInterrupted = watchInterrupt(runs, progress);
  try {
    await runs.finished;
  } finally {
    progress.close();
  }
  const interrupted = wasInterrupted();
  const rows = comparison(runs.records);
  if (rows.length > 0) console.log(`\n${[consoleTable(rows), ...price(runs.records)].join('\n')}`);
  const seconds = (performance.now() - began) / 1000;
  const sideBySide = runsAtOnce(settings);
  writeReport(resolve(options.out), {
    settings,
    probeSize: probe.count,
    records: runs.records,
    interrupted,
    seconds,
    sideBySide,
  });
  console.log(`Training and measuring took ${duration((performance.now() - began) / 1000)}.`);
  return interrupted ? INTERRUPTED : 0;
}

/** The demo as a program: prints what went wrong instead of throwing. */
export async function main({ args, execArgv }: MainContext): Promise<number> {
  try {
    const options = readOptions(args);
    if (options !== 'help') return await demo(options, execArgv);
    console.log(HELP);
    return 0;
  } catch (error) {
    console.error(error instanceof UserError ? `\nError: ${error.message}` : error);
    return 1;
  }
}
