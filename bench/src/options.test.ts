import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { HELP, parseOptions, parseSizes, UsageError } from './options';

test('without arguments: cosine, forward and backward, all cores, no peers', () => {
  expect(parseOptions([])).toEqual({
    backend: undefined,
    sizes: undefined,
    distances: ['cosine'],
    passes: ['forward+backward'],
    repeats: 5,
    threads: availableParallelism(),
    gpu: false,
    json: false,
    peers: false,
    memory: false,
    step: [],
    dataset: [],
    help: false,
  });
});

test('every option is read', () => {
  const flags = '--json --peers --memory --gpu --help'.split(' ');
  const values =
    '--backend cpu --sizes 8x2 --distance both --pass both --repeats 3 --threads 1 ' +
    '--step both --dataset 9x4';
  expect(parseOptions([...flags, ...values.split(' ')])).toEqual({
    backend: 'cpu',
    sizes: [{ n: 8, d: 2 }],
    distances: ['cosine', 'squaredEuclidean'],
    passes: ['forward', 'forward+backward'],
    repeats: 3,
    threads: 1,
    gpu: true,
    json: true,
    peers: true,
    memory: true,
    step: ['small', 'middle'],
    dataset: [{ n: 9, d: 4 }],
    help: true,
  });
});

test('the help text names every option', () => {
  const names = Object.keys(parseOptions([])).map((name) =>
    name.replace(/(distance|pass)e?s$/, '$1').replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`),
  );
  for (const name of names) expect(HELP).toContain(`--${name}`);
});

test('sizes are a list of samples x features', () => {
  expect(parseSizes('1024x64, 4096x512')).toEqual([
    { n: 1024, d: 64 },
    { n: 4096, d: 512 },
  ]);
});

test.each(['', '1024', '1024x', '0x4', '4x0', '1.5x2', '8x2,', '-8x2'])(
  'sizes %j are refused',
  (text) => expect(() => parseSizes(text)).toThrow(/samples x features.*1024x64/),
);

test.each([
  [
    ['--backend', 'webnn'],
    /--backend to be one of cpu, wasm, tensorflow, webgl, webgpu; got 'webnn'/,
  ],
  [['--distance', 'l1'], /--distance to be one of cosine, squaredEuclidean, both; got 'l1'/],
  [['--pass', 'backward'], /--pass to be one of forward, forward\+backward, both/],
  [['--repeats', '0'], /--repeats to be a whole number, 1 or greater; got '0'/],
  [['--threads', 'two'], /--threads to be a whole number/],
  [['--step', 'large'], /--step to be one of small, middle, both; got 'large'/],
  [['--dataset', '10000'], /--dataset as samples x features/],
  [['--fast'], /--fast.*See --help/s],
])('%j is refused with what to do', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});
