import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from './backends';
import { beyond, countWork, kernelCalls } from './work';

beforeAll(() => useBackend('cpu', 1));

test('kernels are counted by name, those of the gradient too', async () => {
  const x = tf.scalar(3);
  const gradient = tf.grad((t) => tf.mul(t, t));
  const work = await countWork(async () => {
    tf.tidy(() => tf.exp(tf.exp(x)));
    gradient(x).dispose();
  });
  // x^2 keeps both sides for its gradient, x and x, each times the upstream one, and adds them.
  expect(work.kernels).toMatchObject({ Exp: 2, Multiply: 3, Identity: 2 });
  expect(work).toMatchObject({ launches: null, readBacks: null });
  expect(kernelCalls(work)).toBe(Object.values(work.kernels).reduce((a, b) => a + b));
  x.dispose();
});

test('the engine is left as it was, also after an error', async () => {
  const { runKernel } = tf.engine();
  const failing = countWork(async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(tf.engine().runKernel).toBe(runKernel);
  expect(Object.keys(tf.engine())).not.toContain('runKernel');
});

test('work beyond other work leaves out what is equal', () => {
  const a = { kernels: { Sum: 2, Exp: 3 }, launches: 7, readBacks: 1 };
  const b = { kernels: { Exp: 3, Neg: 1 }, launches: 4, readBacks: 1 };
  expect(beyond(a, b)).toEqual({ kernels: { Neg: -1, Sum: 2 }, launches: 3, readBacks: 0 });
  const bare = { kernels: {}, launches: null, readBacks: null };
  expect(beyond(bare, bare)).toEqual(bare);
});
