import {
  getKernel,
  type KernelFunc,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import {
  kernelStatus,
  type LimitedKernelConfig,
  NEIGHBOR_LOG_SUMS,
  reportKernels,
} from 'snnl-layer';
import { afterEach, expect, test } from 'vitest';
import { CheckedKernels, KERNEL_NAMES } from './checked-kernels';

const never: KernelFunc = () => {
  throw new Error('Only registered here, not run.');
};
const NAMES = Object.values(KERNEL_NAMES);
const isRegistered = () => NAMES.every((name) => getKernel(name, 'webgl') != null);
let checks = 0;
let fault: string | undefined;
const kernels = new CheckedKernels<{ readonly most?: number }>(
  'webgl',
  {
    ...{ logSums: never, logSumsGrad: never, unitRows: never, unitRowsGrad: never },
    ...{ reducedLoss: never, lossAnchorSums: never, anchorSums: never },
  },
  async () => {
    checks++;
    if (fault !== undefined) throw new Error(fault);
  },
  ({ most = 0 }, { features }) => (features > most ? `${most} at most` : undefined),
);

afterEach(() => {
  kernels.withdraw();
  checks = 0;
  fault = undefined;
});

test('kernels that were taken away come back without another check', async () => {
  const backend = {};
  reportKernels('webgl', await kernels.register(backend));
  expect(kernelStatus('webgl')).toEqual({ fused: true, reason: 'shaders compiled and checked' });
  unregisterKernel(NEIGHBOR_LOG_SUMS, 'webgl');
  expect(kernelStatus('webgl')).toEqual({
    fused: false,
    reason: expect.stringMatching(/^unregistered since: call register\(\) of snnl-gpu/),
  });
  kernels.withdraw();
  expect(reportKernels('webgl', await kernels.register(backend)).fused).toBe(true);
  expect(isRegistered()).toBe(true);
  expect(kernelStatus('webgl').fused).toBe(true);
  expect(checks).toBe(1);
});

test('what the kernels of a backend cannot take is known before they run', async () => {
  await kernels.register({ most: 5 });
  const { obstacle } = getKernel(NEIGHBOR_LOG_SUMS, 'webgl') as LimitedKernelConfig;
  const size = { anchors: 2, candidates: 2 };
  expect(obstacle({ ...size, features: 5 })).toBeUndefined();
  expect(obstacle({ ...size, features: 6 })).toBe('5 at most');
});

test('a check that failed is made again with the next call', async () => {
  const backend = {};
  fault = 'out of memory';
  expect(await kernels.register(backend)).toEqual({
    fused: false,
    reason: 'a shader failed its check: out of memory',
  });
  expect(isRegistered()).toBe(false);
  fault = undefined;
  expect((await kernels.register(backend)).fused).toBe(true);
  expect(isRegistered()).toBe(true);
});

test('calls at the same time share a check', async () => {
  const backend = {};
  const both = await Promise.all([kernels.register(backend), kernels.register(backend)]);
  expect(both.map(({ fused }) => fused)).toEqual([true, true]);
  expect(checks).toBe(1);
});

test('the status of kernels that another copy has registered is that they run', () => {
  reportKernels('webgl', { fused: false, reason: 'not registered: call register()' });
  for (const kernelName of NAMES) {
    registerKernel({ kernelName, backendName: 'webgl', kernelFunc: never });
  }
  expect(kernelStatus('webgl')).toEqual({ fused: true, reason: 'registered elsewhere' });
});
