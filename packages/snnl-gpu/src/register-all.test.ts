import '@tensorflow/tfjs-backend-cpu';
import { KernelBackend, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import { kernelStatus } from 'snnl-layer';
import { expect, test } from 'vitest';
import { register } from './register-all';

test('a backend that is not loaded is named as such, before and after registration', async () => {
  expect(kernelStatus('webgl')).toEqual({
    fused: false,
    reason: expect.stringMatching(/^not registered: call register\(\) of snnl-gpu/),
  });
  const { webgl, webgpu, tensorflow } = await register();
  expect(webgl).toEqual({ fused: false, reason: "the backend 'webgl' is not loaded" });
  expect(webgpu.reason).toMatch(/'webgpu' is not loaded/);
  expect(tensorflow.reason).toMatch(/'tensorflow' is not loaded/);
  expect(kernelStatus('webgl')).toEqual(webgl);
});

test('webgl is not started where webgpu is in use', async () => {
  class Idle extends KernelBackend {
    override dispose(): void {}
  }
  let started = false;
  registerBackend('webgl', () => {
    started = true;
    return new Idle();
  });
  registerBackend('webgpu', () => new Idle());
  await setBackend('webgpu');
  const { webgl } = await register();
  expect(webgl).toEqual({
    fused: false,
    reason: "not started: call tf.setBackend('webgl') first, then register() again",
  });
  expect(started).toBe(false);
  await setBackend('cpu');
  removeBackend('webgpu');
  await register();
  removeBackend('webgl');
  expect(started).toBe(true);
});

test('a backend that fails is named and does not keep the others from theirs', async () => {
  class Faulty extends KernelBackend {
    runWebGLProgram(): void {}
    get gpgpu(): never {
      throw new Error('no context');
    }
    override dispose(): void {}
  }
  registerBackend('webgl', () => new Faulty());
  const { webgl, tensorflow } = await register();
  removeBackend('webgl');
  expect(webgl).toEqual({ fused: false, reason: 'registration failed: no context' });
  expect(tensorflow.reason).toMatch(/'tensorflow' is not loaded/);
});
