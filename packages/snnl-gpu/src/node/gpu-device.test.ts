import { KernelBackend, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { kernelFor } from 'snnl-layer';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Binary, loadBinary, type NativeRegistration } from './binary';
import { registerTensorflow } from './register';

vi.mock('./binary');

/** The backend of tfjs-node-gpu on a GPU, as far as registration looks at it. */
class OnGpu extends KernelBackend {
  readonly isUsingGpuDevice = true;
  readonly binding = { TF_ATTR_INT: 0 };
  executeSingleOutput(): void {}
  override dispose(): void {}
}

const native: NativeRegistration = {
  ...{ error: '', tensorflowVersion: '2.21.0', instructionSet: 'avx2', threads: 2 },
  ...{ cpu: true, gpu: false, gpuReason: 'built without nvcc' },
};
const found = (registration: NativeRegistration) => {
  const binary: Binary = { register: () => registration };
  vi.mocked(loadBinary).mockReturnValue({ binary, origin: 'prebuilt binary' });
};

beforeEach(() => void registerBackend('tensorflow', () => new OnGpu()));
afterEach(() => removeBackend('tensorflow'));

test('kernels for the CPU stay away from a backend on the GPU', async () => {
  found(native);
  expect(await registerTensorflow('')).toEqual({
    fused: false,
    reason: 'the backend computes on the GPU, and there are no CUDA kernels: built without nvcc',
  });
  expect(kernelFor('tensorflow')).toBe('composed');
});

test('CUDA kernels are registered there', async () => {
  found({ ...native, gpu: true, gpuReason: '' });
  const { fused, reason } = await registerTensorflow('');
  expect(reason).toMatch(/, CUDA kernels$/);
  expect(fused).toBe(true);
  expect(kernelFor('tensorflow')).toBe('fused');
});
