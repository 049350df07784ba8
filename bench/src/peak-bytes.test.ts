import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { type NodeBackend, useBackend } from './backends';
import { peakExtraBytes } from './peak-bytes';

const MATRIX = 4 * 100 * 100;

test.each<NodeBackend>(['cpu', 'wasm'])('%s: new storage counts while it lives', async (name) => {
  await useBackend(name, 1);
  const x = tf.ones([100, 100]);
  const peak = await peakExtraBytes(async () => {
    for (let i = 0; i < 3; i++) tf.tidy(() => tf.exp(tf.exp(x)).dataSync());
  });
  expect(peak).toEqual({ bytes: 2 * MATRIX, measure: 'storage' });
  x.dispose();
});

test.each<NodeBackend>(['cpu', 'wasm'])('%s: views share the storage they show', async (name) => {
  await useBackend(name, 1);
  const x = tf.ones([100, 100]);
  const { bytes } = await peakExtraBytes(async () => {
    tf.tidy(() => tf.reshape(x, [10_000]));
  });
  expect(bytes).toBe(0);
  x.dispose();
});

test('the backend is left as it was, also after an error', async () => {
  await useBackend('cpu', 1);
  const { write, move, disposeData } = tf.backend();
  const failing = peakExtraBytes(async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(tf.backend()).toMatchObject({ write, move, disposeData });
});
