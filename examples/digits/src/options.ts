import { parseArgs } from 'node:util';
import { DATASETS, type DatasetName, UserError } from '@snnl/datasets';
import { BACKENDS, type BackendName } from './backend/start';

export interface Options {
  readonly backend: BackendName;
  readonly dataset: DatasetName;
  readonly dataDir: string | undefined;
  readonly trainSize: number;
  readonly testSize: number;
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batchSize: number;
  readonly factor: number;
  readonly seed: number;
  /** Folder for the report. */
  readonly out: string;
}

/** What depends on the backend: a network that trains in minutes, or the one of the papers. */
const NETWORKS = {
  wasm: { hidden: [256, 128], epochs: 15, batchSize: 100 },
  tensorflow: { hidden: [500, 500, 2000], epochs: 50, batchSize: 250 },
} as const;

const CLASSES = 10;
const list = (values: readonly number[]): string => values.join(',');

export const HELP = `Trains an autoencoder on handwritten digits twice, without and with the soft nearest neighbour
loss (SNNL), and shows in a table and a report how well the codes separate the digits. Takes one to
three minutes on two cores, once all is installed and built.

  npm run demo -- [options]

  --epochs N            passes over the training images; ${NETWORKS.wasm.epochs}, or ${NETWORKS.tensorflow.epochs} with --backend tensorflow
  --hidden A,B,...      units of the encoder's hidden layers, mirrored in the decoder;
                        ${list(NETWORKS.wasm.hidden)}, or ${list(NETWORKS.tensorflow.hidden)} with --backend tensorflow
  --batch-size N        images a step, a multiple of ${CLASSES}; ${NETWORKS.wasm.batchSize}, or ${NETWORKS.tensorflow.batchSize}
                        with --backend tensorflow
  --factor F            weight of each layer's SNNL beside the reconstruction loss; 1
  --seed N              fixes initial weights, batches, k-means starts and pictures; 1
  --backend NAME        wasm (default), or tensorflow (sets tfjs-node up; needs a compiler)
  --dataset NAME        mnist (default) or fashion-mnist (installed on first use)
  --data-dir FOLDER     your own IDX files instead, gzipped or not: train-images-idx3-ubyte,
                        train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte
  --train-size N        labelled training images, as many of each class; 10000
  --test-size N         test images; 10000
  --out FOLDER          where to write report.html and results.json; demo-report
  -h, --help            this text

Ctrl-C stops early and reports what there is; a second Ctrl-C quits at once.`;

const FLAGS = {
  epochs: { type: 'string' },
  hidden: { type: 'string' },
  'batch-size': { type: 'string' },
  factor: { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  backend: { type: 'string', default: 'wasm' },
  dataset: { type: 'string', default: 'mnist' },
  'data-dir': { type: 'string' },
  'train-size': { type: 'string', default: '10000' },
  'test-size': { type: 'string', default: '10000' },
  out: { type: 'string', default: 'demo-report' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function integer(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new UserError(`--${flag} expects a whole number of at least ${least}, but got '${text}'.`);
}

function oneOf<T extends string>(flag: string, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new UserError(`--${flag} expects ${values.join(' or ')}, but got '${text}'.`);
}

function multipleOfClasses(flag: string, value: number): number {
  if (value % CLASSES === 0) return value;
  throw new UserError(
    `--${flag} expects a multiple of ${CLASSES}, so that a batch holds as many of each class, but ` +
      `got ${value}.`,
  );
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new UserError(`--${flag} expects a number greater than 0, but got '${text}'.`);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${reason}\nnpm run demo -- --help lists the options.`);
  }
}

/**
 * Reads the command line.
 *
 * @returns The options, or 'help' where that was asked for.
 * @throws UserError on an unknown option or a value that is not allowed.
 */
export function readOptions(args: readonly string[]): Options | 'help' {
  const flags = parsed(args);
  if (flags.help) return 'help';
  const backend = oneOf('backend', flags.backend, BACKENDS);
  const network = NETWORKS[backend];
  const batchSize = multipleOfClasses(
    'batch-size',
    integer('batch-size', flags['batch-size'] ?? String(network.batchSize), 20),
  );
  const trainSize = multipleOfClasses('train-size', integer('train-size', flags['train-size'], 20));
  if (batchSize > trainSize) {
    throw new UserError(
      `--batch-size ${batchSize} is more than the ${trainSize} training images (--train-size).`,
    );
  }
  return {
    backend,
    dataset: oneOf('dataset', flags.dataset, DATASETS),
    dataDir: flags['data-dir'],
    trainSize,
    testSize: integer('test-size', flags['test-size'], 20),
    hidden: flags.hidden?.split(',').map((units) => integer('hidden', units, 1)) ?? network.hidden,
    epochs: flags.epochs === undefined ? network.epochs : integer('epochs', flags.epochs, 1),
    batchSize,
    factor: positive('factor', flags.factor),
    seed: integer('seed', flags.seed, 0),
    out: flags.out,
  };
}
