import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Distance } from 'snnl-layer';

export const BACKENDS = ['cpu', 'wasm', 'tensorflow', 'webgl', 'webgpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

export const PASSES = ['forward', 'forward+backward'] as const;
export type Pass = (typeof PASSES)[number];

export const DISTANCES = ['cosine', 'squaredEuclidean'] as const satisfies readonly Distance[];

/** Networks of `--step`; step.ts has their sizes. */
export const STEPS = ['small', 'middle'] as const;

/** Samples and features of one measurement. */
export interface Size {
  readonly n: number;
  readonly d: number;
}

export interface Options {
  /** Undefined: each command has its own default. */
  readonly backend: BackendName | undefined;
  readonly sizes: readonly Size[] | undefined;
  readonly distances: readonly Distance[];
  readonly passes: readonly Pass[];
  readonly repeats: number;
  readonly threads: number;
  readonly json: boolean;
  readonly peers: boolean;
  readonly memory: boolean;
  /** Empty: no training step is timed. */
  readonly step: readonly (typeof STEPS)[number][];
  /** Empty: no data set is measured. */
  readonly dataset: readonly Size[];
  readonly gpu: boolean;
  readonly help: boolean;
}

export const HELP = `Times the loss side by side: plain tfjs formulation, ours, PyTorch and JAX.

npm run bench -- [options]
  --backend B     ${BACKENDS.join(', ')} (default wasm; with --memory cpu and wasm)
  --sizes LIST    samples x features, for instance 1024x64,4096x64
  --distance D    cosine (default), squaredEuclidean or both
  --pass P        forward, forward+backward (default) or both
  --repeats N     timed runs of each contender, interleaved (default 5)
  --threads N     cores for our kernels, the tensorflow backend and the peers (default: all)
  --peers         also time PyTorch, eager and compiled, and JAX; pip installs them into
                  bench/.venv on first use
  --memory        peak of extra bytes of loss and gradient instead of times (default 8192x32)
  --step M        instead: a training step with and without the layer; model small, middle or both
  --dataset LIST  instead: the entanglement of data sets, for instance 10000x784
  --gpu           webgl and webgpu on the graphics card; default is software rendering
  --json          one JSON object a line (npm run --silent bench -- --json)
  --help          this text
`;

/** A mistake in the command line: its message is all that the user needs to see. */
export class UsageError extends Error {}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found !== undefined) return found;
  throw new UsageError(`Expected --${option} to be one of ${allowed.join(', ')}; got '${value}'.`);
}

function oneOrBoth<T extends string>(option: string, value: string, all: readonly T[]) {
  const chosen = oneOf<T | 'both'>(option, value, [...all, 'both']);
  return all.filter((name) => chosen === 'both' || chosen === name);
}

function wholeNumber(option: string, value: string): number {
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new UsageError(`Expected --${option} to be a whole number, 1 or greater; got '${value}'.`);
}

/** Reads `1024x64,4096x64`. */
export function parseSizes(text: string, option = 'sizes'): Size[] {
  return text.split(',').map((part) => {
    const match = /^([1-9]\d*)x([1-9]\d*)$/.exec(part.trim());
    if (match === null) {
      throw new UsageError(
        `Expected --${option} as samples x features, for instance 1024x64,4096x64; got '${part}'.`,
      );
    }
    return { n: Number(match[1]), d: Number(match[2]) };
  });
}

/** The options in `args` (without node and script). */
export function parseOptions(args: readonly string[]): Options {
  const values = readArgs(args);
  return {
    backend: values.backend === undefined ? undefined : oneOf('backend', values.backend, BACKENDS),
    sizes: values.sizes === undefined ? undefined : parseSizes(values.sizes),
    distances: oneOrBoth('distance', values.distance, DISTANCES),
    passes: oneOrBoth('pass', values.pass, PASSES),
    repeats: wholeNumber('repeats', values.repeats),
    threads: wholeNumber('threads', values.threads),
    json: values.json,
    peers: values.peers,
    memory: values.memory,
    step: values.step === undefined ? [] : oneOrBoth('step', values.step, STEPS),
    dataset: values.dataset === undefined ? [] : parseSizes(values.dataset, 'dataset'),
    gpu: values.gpu,
    help: values.help,
  };
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        backend: { type: 'string' },
        sizes: { type: 'string' },
        distance: { type: 'string', default: 'cosine' },
        pass: { type: 'string', default: 'forward+backward' },
        repeats: { type: 'string', default: '5' },
        threads: { type: 'string', default: String(availableParallelism()) },
        json: { type: 'boolean', default: false },
        peers: { type: 'boolean', default: false },
        memory: { type: 'boolean', default: false },
        step: { type: 'string' },
        dataset: { type: 'string' },
        gpu: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error} See --help.`);
  }
}
