import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { kernelFor, softNearestNeighborLoss } from 'snnl-layer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { binaryPaths, packageRoot } from './binary';
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

test('binaries that do not load are named with their reasons', async () => {
  for (const path of binaryPaths(root)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'not a library');
  }
  const { fused, reason } = await registerTensorflow(root);
  expect(fused).toBe(false);
  const refusal = 'snnl-gpu\\.node does not load: .*';
  expect(reason).toMatch(
    new RegExp(
      `build/Release/${refusal}; .*prebuilds/.*${refusal}\\. Build one with: npx snnl-gpu`,
    ),
  );
});

test('where the one built here does not load the published one serves, and both are named', async () => {
  const [built, prebuilt] = binaryPaths(root);
  copyFileSync(binaryPaths(packageRoot())[0], prebuilt);
  const { fused, reason } = await registerTensorflow(root);
  expect(fused).toBe(true);
  expect(reason).toContain(`prebuilt binary; ${built} does not load: `);
  expect(reason).toContain(', libtensorflow 2.');
});
