import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { register } from './register-all';
import { status } from './status';

test('a backend that is not loaded is named as such, before and after registration', async () => {
  expect(status().webgl).toEqual({
    fused: false,
    reason: 'not registered: call register()',
  });
  const { webgl, webgpu, tensorflow } = await register();
  expect(webgl).toEqual({ fused: false, reason: "the backend 'webgl' is not loaded" });
  expect(webgpu.reason).toMatch(/'webgpu' is not loaded/);
  expect(tensorflow.reason).toMatch(/'tensorflow' is not loaded/);
  expect(status().webgl).toEqual(webgl);
});
