import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { register } from '../register-all';
import { registerWebgpu } from './register';

/** Has no device that could compile a shader: a check that begins fails at once. */
class SlowBackend extends tf.KernelBackend {
  readonly device = { lost: new Promise(() => {}) };
  override dispose(): void {}
}
let starts: number;
const later = () => new Promise((resolve) => setTimeout(resolve, 20));

function offer(factory: () => Promise<tf.KernelBackend>): void {
  tf.registerBackend('webgpu', async () => {
    starts++;
    await later();
    return factory();
  });
}

beforeEach(async () => {
  starts = 0;
  await tf.setBackend('cpu');
});
afterEach(() => tf.removeBackend('webgpu'));

test('a backend that nobody has started is left alone, and ops go on', async () => {
  offer(async () => new SlowBackend());
  const registered = register();
  expect(tf.add(1, 2).dataSync()[0]).toBe(3);
  const { webgpu } = await registered;
  expect(webgpu).toEqual({
    fused: false,
    reason: "not started: call tf.setBackend('webgpu') first, then register() again",
  });
  expect(starts).toBe(0);
});

test('a start under way is waited for and not begun again', async () => {
  offer(async () => new SlowBackend());
  const set = tf.setBackend('webgpu');
  const [one, two] = [register(), register()];
  expect(one).toBe(two);
  expect(await set).toBe(true);
  await one;
  expect((await registerWebgpu()).reason).toMatch(/^a shader failed its check/);
  expect(starts).toBe(1);
});

test('the start of another backend in between is waited for too', async () => {
  offer(async () => new SlowBackend());
  tf.registerBackend('another', async () => new SlowBackend());
  const another = tf.setBackend('another');
  const registered = registerWebgpu();
  const set = tf.setBackend('webgpu');
  expect(await another).toBe(false);
  expect((await registered).reason).toMatch(/^a shader failed its check/);
  expect(await set).toBe(true);
  expect(starts).toBe(1);
  tf.removeBackend('another');
});

test('a backend that does not start is told apart from one that was not started', async () => {
  offer(() => Promise.reject(new Error('no adapter')));
  expect(await tf.setBackend('webgpu')).toBe(false);
  expect((await registerWebgpu()).reason).toBe(
    "the backend 'webgpu' did not start: WebGPU gives no device",
  );
});
