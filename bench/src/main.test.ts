import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const TIMEOUT = 120_000;

function bench(...args: string[]) {
  const node = ['--expose-gc', '--import', 'tsx', 'src/main.ts'];
  return spawnSync(process.execPath, [...node, ...args], { cwd, encoding: 'utf8' });
}

const machine = {
  cpu: expect.any(String),
  vectors: expect.toBeOneOf(['AVX-512', 'AVX2', null]),
  cores: expect.any(Number),
  load: expect.any(Number),
  node: process.versions.node,
  tfjs: '4.22.0',
  browser: null,
  torch: null,
  jax: null,
};

/** Counts of a backend without a graphics card. */
const ABSENT = { launches: null, readBacks: null };

test.each(['webgl', 'webgpu'])(
  '%s runs in Chromium and counts bytes on the GPU',
  (backend) => {
    const { stdout, stderr, status } = bench(
      ...['--backend', backend, '--sizes', '24x3', '--repeats', '1', '--json'],
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({ backend, n: 24, d: 3, peakMeasure: 'gpu', torchMs: null });
    expect(record.machine.browser).toMatch(/^Chromium \d+\..*SwiftShader.*kernels: \w/i);
    expect(record.plainMs).toBeGreaterThan(0);
    expect(record.oursMs).toBeGreaterThan(0);
    expect(record.oursPeakBytes).toBeGreaterThan(0);
  },
  TIMEOUT,
);

test.each(['cpu', 'wasm'])(
  '--json on %s prints one complete object a line and nothing else',
  (backend) => {
    const args = ['--backend', backend, '--sizes', '24x3,40x5', '--distance', 'both'];
    const { stdout, stderr, status } = bench(...args, '--pass', 'both', '--repeats', '2', '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records).toHaveLength(8);
    for (const record of records) {
      expect(record).toEqual({
        backend,
        n: expect.any(Number),
        d: expect.any(Number),
        pass: expect.stringMatching(/^forward(\+backward)?$/),
        distance: expect.stringMatching(/^(cosine|squaredEuclidean)$/),
        temperature: 1,
        plainMs: expect.any(Number),
        plainSkipped: null,
        oursMs: expect.any(Number),
        torchMs: null,
        torchCompileMs: null,
        jaxMs: null,
        ratio: record.plainMs / record.oursMs,
        bestMs: { plain: expect.any(Number), ours: expect.any(Number) },
        oursGflops: expect.any(Number),
        oursPeakBytes: expect.any(Number),
        peakMeasure: 'storage',
        kernel: expect.stringMatching(/^(fused|composed)$/),
        repeats: 2,
        threads: expect.any(Number),
        machine,
      });
      expect(record.oursMs).toBeGreaterThan(0);
      expect(record.oursPeakBytes).toBeGreaterThan(0);
    }
  },
  TIMEOUT,
);

test(
  'without --json a Markdown table is printed',
  () => {
    const { stdout, status } = bench('--sizes', '24x3', '--repeats', '1');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Backend wasm, (fused|composed) kernel; .*, tfjs 4\.22\.0\n/);
    expect(stdout).toMatch(/\n\| +24 \| +3 \| cosine +\| forward\+backward \|/);
  },
  TIMEOUT,
);

test(
  '--memory measures both backends, each in a process of its own',
  () => {
    const { stdout, status } = bench('--memory', '--json', '--sizes', '64x4');
    expect(status).toBe(0);
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records.map(({ backend }) => backend)).toEqual(['cpu', 'wasm']);
    for (const record of records) {
      expect(record).toEqual({
        backend: expect.any(String),
        n: 64,
        d: 4,
        distance: 'cosine',
        kernel: expect.stringMatching(/^(fused|composed)$/),
        oursPeakBytes: expect.any(Number),
        peakMeasure: 'storage',
        processGrowthBytes: expect.any(Number),
        plainEstimateBytes: 24.5 * 4 * 64 * 64,
        machine,
      });
    }
  },
  TIMEOUT,
);

test.each(['cpu', 'webgl', 'webgpu'])(
  '--step on %s times a step and counts what the layers add',
  (backend) => {
    const args = ['--step', 'small', '--backend', backend, '--repeats', '1', '--json'];
    const { stdout, stderr, status } = bench(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const record = JSON.parse(stdout);
    const shape = { units: [784, 128, 64, 10], batch: 128, layers: 2, transposing: false };
    expect(record).toMatchObject({ backend, ...shape, kernel: 'fused' });
    expect(record.ratio).toBe(record.withMs / record.withoutMs);
    expect(record.pairedRatio).toBe(record.ratio);
    const { kernels, launches, readBacks } = record.added;
    if (backend === 'cpu') {
      expect(kernels).toMatchObject({ SnnlBatchLoss: 2, SnnlBatchLossGrad: 2 });
      expect({ launches, readBacks }).toEqual(ABSENT);
      return;
    }
    expect(kernels).toMatchObject({ SnnlNeighborLogSums: 2, SnnlNeighborLogSumsGrad: 2 });
    // A kernel of ours launches at least once, and nothing waits for the graphics card.
    expect(launches).toBeGreaterThanOrEqual(4);
    expect(readBacks).toBe(0);
  },
  TIMEOUT,
);

test(
  '--step on wasm also times the product that transposes first',
  () => {
    const { stdout, status } = bench('--step', 'small', '--repeats', '1');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^One training step \(trainOnBatch\), fused kernel; /);
    expect(stdout).toMatch(/\n\| wasm +\| 784-128-64-10 \| +128 \|/);
    expect(stdout).toMatch(/\n\| wasm, transposing product \| 784-128-64-10 \| +128 \|/);
  },
  TIMEOUT,
);

test(
  '--dataset gives seconds and 2 N^2 D flop a second',
  () => {
    const { stdout, stderr, status } = bench('--dataset', '24x3,40x5', '--repeats', '2', '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [first, second] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toEqual({
      backend: 'wasm',
      n: 24,
      d: 3,
      distance: 'cosine',
      seconds: expect.any(Number),
      gflops: (2 * 24 * 24 * 3) / first.seconds / 1e9,
      kernel: expect.stringMatching(/^(fused|composed)$/),
      repeats: 2,
      threads: expect.any(Number),
      machine,
    });
    expect(first.seconds).toBeGreaterThan(0);
    expect(second).toMatchObject({ n: 40, d: 5 });
  },
  TIMEOUT,
);

test.each([
  [['--peers', '--backend', 'webgl'], /--peers compares with PyTorch and JAX on the same cores/],
  [['--dataset', '24x3', '--backend', 'webgpu'], /--dataset runs in Node/],
])(
  '%j is refused',
  (args, message) => {
    const { stdout, stderr, status } = bench(...args);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toMatch(message);
  },
  TIMEOUT,
);

test(
  '--help prints the options',
  () => {
    const { stdout, status } = bench('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('npm run bench -- [options]');
  },
  TIMEOUT,
);

test(
  'a mistake in the options is one line on stderr',
  () => {
    const { stdout, stderr, status } = bench('--backend', 'webnn');
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toBe(
      "Expected --backend to be one of cpu, wasm, tensorflow, webgl, webgpu; got 'webnn'.\n",
    );
  },
  TIMEOUT,
);
