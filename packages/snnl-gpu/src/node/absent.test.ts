import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { kernelFor, softNearestNeighborLoss } from 'snnl-layer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { binaryPaths } from './binary';
import { registerTensorflow } from './register';

const root = mkdtempSync(join(tmpdir(), 'snnl-absent-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeAll(async () => {
  await import('@tensorflow/tfjs-node');
  await tf.ready();
});

test('without the binary the composed form runs and the status tells', async () => {
  const status = await registerTensorflow(root);
  expect(status.fused).toBe(false);
  expect(status.reason).toBe(
    `no native binary for ${process.platform}-${process.arch} in ${root}. Build one with: ` +
      'npx snnl-gpu build (needs a C++17 compiler)',
  );
  expect(tf.getBackend()).toBe('tensorflow');
  expect(kernelFor('tensorflow')).toBe('composed');
  // Unit square, classes on opposite edges: ln(2 + e^(-1/T)).
  const square = tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
  const loss = softNearestNeighborLoss([0, 0, 1, 1], square, { distance: 'squaredEuclidean' });
  expect(loss.dataSync()[0]).toBeCloseTo(Math.log(2 + Math.exp(-1)), 6);
});

test('a binary that does not load is named with its reason', async () => {
  const [path] = binaryPaths(root);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'not a library');
  const { fused, reason } = await registerTensorflow(root);
  expect(fused).toBe(false);
  expect(reason).toMatch(/snnl-gpu\.node does not load: .*Build one with/s);
});
