import { expect, test } from 'vitest';
import { digits, megabytes, report, table, times } from './format';
import { type BenchRecord, flops } from './record';

const record: BenchRecord = {
  backend: 'wasm',
  n: 1024,
  d: 64,
  pass: 'forward+backward',
  distance: 'cosine',
  temperature: 1,
  plainMs: 271.4,
  plainSkipped: null,
  oursMs: 6.54,
  torchMs: 21.25,
  torchCompileMs: null,
  jaxMs: 13.08,
  ratio: 41.5,
  bestMs: { plain: 260, ours: 6.5, torch: 20, jax: 13 },
  oursGflops: 41.04,
  oursPeakBytes: 2_560_000,
  peakMeasure: 'storage',
  kernel: 'fused',
  repeats: 5,
  threads: 2,
  machine: {
    cpu: 'Some CPU',
    vectors: 'AVX2',
    cores: 2,
    load: 0.1,
    node: '20.1.0',
    tfjs: '4.22.0',
    browser: null,
    torch: '2.13.0',
    jax: '0.10.2',
  },
};

test.each([
  [null, '-'],
  [0.012345, '0.0123'],
  [9.876, '9.88'],
  [54.321, '54.3'],
  [1234.5, '1235'],
])('%j is written %s', (value, text) => expect(digits(value)).toBe(text));

test('ratios and sizes carry their unit', () => {
  expect(times(15.04)).toBe('15.0x');
  expect(times(null)).toBe('-');
  expect(megabytes(52_200_000)).toBe('52.2 MB');
});

test('tables are Markdown with numbers to the right', () => {
  const rows = [
    [
      ['what', 'a'],
      ['ms', '1.00'],
    ],
    [
      ['what', 'b'],
      ['ms', '-'],
    ],
  ] as const;
  expect(table(rows)).toBe('| what |   ms |\n| :--- | ---: |\n| a    | 1.00 |\n| b    |    - |');
});

test('a report names machine, versions, kernel and the contenders that ran', () => {
  const lines = report([record]).split('\n');
  expect(lines[0]).toBe(
    'Backend wasm, fused kernel; Some CPU, AVX2, 2 cores, 2 threads; ' +
      'Node 20.1.0, tfjs 4.22.0, PyTorch 2.13.0, JAX 0.10.2',
  );
  expect(lines[1]).toContain('Medians of 5 interleaved runs');
  const cells = lines
    .at(-1)
    ?.split('|')
    .map((cell) => cell.trim());
  const numbers = ['271', '6.54', '41.5x', '21.3', '3.25x', '13.1', '2.00x', '41.0', '2.56 MB'];
  expect(cells).toEqual(['', '1024', '64', 'cosine', 'forward+backward', ...numbers, '']);
});

test('a report says why the plain formulation has no time', () => {
  const skipped = { ...record, plainMs: null, ratio: null, plainSkipped: 'too large' };
  expect(report([skipped, skipped]).match(/too large/g)).toHaveLength(1);
  expect(report([skipped])).toMatch(/\| +- \| +6.54 \|/);
});

test('a report warns of a busy machine', () => {
  expect(report([record])).not.toContain('busy');
  const busy = { ...record, machine: { ...record.machine, load: 3.5 } };
  expect(report([busy])).toContain('busy when this started (load 3.50 on 2 cores)');
});

test('the Gram product counts 2 N^2 D, with its gradient 4 N^2 D', () => {
  expect(flops(10, 3, 'forward')).toBe(600);
  expect(flops(10, 3, 'forward+backward')).toBe(1200);
});
