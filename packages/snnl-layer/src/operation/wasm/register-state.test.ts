/** What registration says and does where kernels come and go, fail, or serve two copies. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { softNearestNeighborLoss } from '../../loss/loss';
import { neighborEntanglement } from '../../loss/neighbor-entanglement';
import { useBackend } from '../../testing/backends';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from '../contract';
import { kernelFor } from '../kernel-choice';
import { kernelStatus } from '../kernel-status';
import { processState } from '../process-state';
import { registerCpuKernels, tooLarge } from './register';
import { releaseCpuKernels, useKernels } from './runtime';
import { setCpuKernelThreads } from './threads';

await useBackend('cpu');

function withdraw(...backends: string[]): void {
  for (const backend of backends) {
    for (const name of [NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD]) {
      if (tf.getKernel(name, backend) != null) tf.unregisterKernel(name, backend);
    }
  }
}

/** As before the first use in a process. */
function reset(): void {
  withdraw('cpu', 'wasm');
  releaseCpuKernels();
  for (const key of Object.keys(processState())) {
    Reflect.deleteProperty(processState(), key);
  }
}

beforeEach(reset);
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

// Corners of the unit square, classes on opposite edges: ln(2 + 1/e) at T = 1.
const corners = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];
const square = (kernel: 'auto' | 'composed' = 'auto') =>
  softNearestNeighborLoss([0, 0, 1, 1], corners, { distance: 'squaredEuclidean', kernel });
const SQUARE = Math.log(2 + Math.exp(-1));

const COMPILED = expect.stringMatching(
  /^WebAssembly, (relaxed|simd|scalar) build, (1 thread|up to \d+ threads)$/,
);

describe('kernels that were taken away', () => {
  test('stay away in use, and come back on request; the status says so', () => {
    expect(kernelStatus('cpu')).toEqual({ fused: true, reason: 'compiled at the first use' });
    expect(kernelFor('cpu')).toBe('fused');
    expect(tf.getKernel(NEIGHBOR_LOG_SUMS, 'cpu')).toBeUndefined();
    registerCpuKernels();
    expect(kernelStatus('cpu')).toMatchObject({ fused: true, reason: COMPILED });
    withdraw('cpu', 'wasm');
    expect(kernelFor('cpu')).toBe('composed');
    expect(square().arraySync()).toBeCloseTo(SQUARE, 5);
    expect(kernelStatus('cpu')).toEqual({
      fused: false,
      reason: expect.stringMatching(/^unregistered since: call .*registerCpuKernels\(\)/),
    });
    registerCpuKernels();
    expect(kernelFor('cpu')).toBe('fused');
    expect(kernelStatus('cpu').fused).toBe(true);
    expect(square().arraySync()).toBeCloseTo(SQUARE, 6);
  });

  test('from one backend count as well', () => {
    registerCpuKernels();
    withdraw('wasm');
    expect([kernelFor('cpu'), kernelFor('wasm')]).toEqual(['fused', 'composed']);
    expect(kernelStatus('cpu').fused).toBe(true);
    expect(kernelStatus('wasm').reason).toMatch(/^unregistered since/);
    registerCpuKernels();
    expect(kernelFor('wasm')).toBe('fused');
  });
});

describe('memory that is refused', () => {
  const { Memory } = WebAssembly;
  const refuse = () =>
    vi.spyOn(WebAssembly, 'Memory').mockImplementation(
      class extends Memory {
        constructor(limits: WebAssembly.MemoryDescriptor) {
          super(limits);
          throw new RangeError('could not allocate memory');
        }
      },
    );

  test('at the start: the composed form runs, and the status has the reason', () => {
    refuse();
    square();
    expect(kernelFor('cpu')).toBe('composed');
    expect(kernelStatus('cpu').fused).toBe(false);
    expect(kernelStatus('cpu').reason).toMatch(/cannot be used: .*could not allocate memory/);
    expect(square().arraySync()).toBeCloseTo(SQUARE, 5);
  });

  test('for a time: asked again, or some seconds later, the kernels run', () => {
    const refused = refuse();
    square();
    expect(kernelFor('cpu')).toBe('composed');
    refused.mockRestore();
    // Not with every call of a loss.
    square();
    expect(kernelFor('cpu')).toBe('composed');
    registerCpuKernels();
    expect(kernelFor('cpu')).toBe('fused');

    reset();
    const again = refuse();
    square();
    expect(kernelFor('cpu')).toBe('composed');
    again.mockRestore();
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 11_000);
    square();
    expect(kernelFor('cpu')).toBe('fused');
    expect(kernelStatus('cpu')).toMatchObject({ fused: true, reason: COMPILED });
  });

  test('later: the error names composed, which runs', () => {
    registerCpuKernels();
    releaseCpuKernels();
    refuse();
    expect(() => square()).toThrow(/no memory to start with.*or use kernel: 'composed'/);
    expect(square('composed').arraySync()).toBeCloseTo(SQUARE, 5);
  });

  test('for a large batch: the error names composed, which runs', () => {
    vi.spyOn(Memory.prototype, 'grow').mockImplementation(() => {
      throw new RangeError('could not grow');
    });
    const x = tf.randomNormal([400, 300], 0, 1, 'float32', 3);
    const labels = Array.from({ length: 400 }, (_, i) => i % 4);
    const loss = (kernel: 'auto' | 'composed') => softNearestNeighborLoss(labels, x, { kernel });
    expect(() => loss('auto')).toThrow(RangeError);
    expect(() => loss('auto')).toThrow(/got only .* MiB\. Use fewer anchors.*kernel: 'composed'/);
    const composed = Number(loss('composed').arraySync());
    vi.restoreAllMocks();
    releaseCpuKernels();
    expect(composed).toBeCloseTo(Number(loss('auto').arraySync()), 4);
  });
});

test('an engine that cannot compile now is asked again', async () => {
  const { compile } = WebAssembly;
  const module = vi.spyOn(WebAssembly, 'Module').mockImplementation(
    class {
      constructor() {
        throw new RangeError('not now');
      }
    },
  );
  vi.spyOn(WebAssembly, 'compile').mockRejectedValueOnce(new Error('not later'));
  // Another copy of the module has no compiled kernels yet.
  vi.resetModules();
  const [copy, status] = [await import('./register'), await import('../kernel-status')];
  copy.registerCpuKernels();
  expect(status.kernelStatus('cpu')).toEqual({ fused: false, reason: 'not compiled yet: not now' });
  await vi.waitFor(() =>
    expect(status.kernelStatus('cpu').reason).toBe('WebAssembly cannot be used: not later'),
  );
  vi.spyOn(WebAssembly, 'compile').mockImplementation(compile);
  copy.registerCpuKernels();
  module.mockRestore();
  await vi.waitFor(() => expect(status.kernelStatus('cpu').fused).toBe(true));
});

test('two copies of the package share threads, memory and status', async () => {
  registerCpuKernels();
  vi.resetModules();
  const [registration, status, threads, runtimes] = [
    await import('./register'),
    await import('../kernel-status'),
    await import('./threads'),
    await import('./runtime'),
  ];
  expect(status.kernelStatus).not.toBe(kernelStatus);
  expect(status.kernelStatus('cpu')).toEqual(kernelStatus('cpu'));
  threads.setCpuKernelThreads(3);
  expect(kernelStatus('cpu').threads).toBe(3);
  setCpuKernelThreads(2);
  expect(status.kernelStatus('cpu').threads).toBe(2);

  square();
  const stop = vi.spyOn(processState().runtime as { stop(): void }, 'stop');
  runtimes.releaseCpuKernels();
  expect(stop).toHaveBeenCalledOnce();
  expect(processState().runtime).toBeUndefined();
  // The copy's kernels take over, and leave no second runtime behind.
  square();
  const first = vi.spyOn(processState().runtime as { stop(): void }, 'stop');
  withdraw('cpu');
  registration.registerCpuKernels();
  expect(square().arraySync()).toBeCloseTo(SQUARE, 6);
  expect(first).toHaveBeenCalledOnce();
  expect(kernelStatus('cpu').build).toBe(useKernels().build);
});

test('composed runs no fused kernel, unit rows included', async () => {
  const x = tf.randomNormal([6, 3], 0, 1, 'float32', 3);
  const names = async (kernel: 'auto' | 'composed') => {
    const { kernels } = await tf.profile(() =>
      tf.grad((f: tf.Tensor) =>
        softNearestNeighborLoss([0, 1, 0, 1, 0, 1], f, {
          kernel,
          memory: { features: x, labels: [0, 1, 0, 1, 0, 1] },
        }),
      )(x),
    );
    const dataSet = await tf.profile(async () => {
      await neighborEntanglement([0, 1, 0, 1, 0, 1], x, { kernel });
      return x;
    });
    return [...kernels, ...dataSet.kernels].map(({ name }) => name).filter((n) => /Snnl/.test(n));
  };
  expect(await names('composed')).toEqual([]);
  expect(await names('auto')).not.toEqual([]);
});

test('under a limit of memory the composed form runs by itself', async () => {
  // One file: what loads sources would itself not run under the limit.
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import '@tensorflow/tfjs-backend-cpu';
        import { kernelStatus, softNearestNeighborLoss } from './index.ts';
        const loss = softNearestNeighborLoss([0, 0, 1, 1], ${JSON.stringify(corners)}, {
          distance: 'squaredEuclidean',
        });
        console.log(JSON.stringify({ loss: loss.arraySync(), ...kernelStatus('cpu') }));`,
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
    },
    bundle: true,
    write: false,
    platform: 'node',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  const { stdout, stderr } = spawnSync(
    'bash',
    ['-c', 'ulimit -v 4000000; exec "$0" -', process.execPath],
    { input: outputFiles[0]?.text, encoding: 'utf8', timeout: 60_000 },
  );
  expect(stdout, stderr).not.toBe('');
  const result = JSON.parse(stdout.trim().split('\n').at(-1) as string);
  expect(result).toMatchObject({
    fused: false,
    reason: expect.stringMatching(/cannot be used: .*no memory to start with/),
  });
  expect(result.loss).toBeCloseTo(SQUARE, 5);
});

test('what the module cannot address is known before it runs', () => {
  // 8 x 8,192 x 16,384 floats are 4 GiB.
  const size = { anchors: 8192, candidates: 8192, features: 16_384 };
  expect(tooLarge({ ...size, features: 16_383 })).toBeUndefined();
  expect(tooLarge(size)).toBe(
    'the WebAssembly kernels take some 4.0 GiB for 8192 anchors and 8192 candidates of 16384 ' +
      'features, and 4 are all that they can address',
  );
});
