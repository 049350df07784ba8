import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, useBackend } from '../testing/backends';
import { useBareBackend } from '../testing/counting-kernels';
import { kernelFor } from './kernel-choice';
import { unitRows, unitRowsGradient } from './unit-rows';
import { registerCpuKernels } from './wasm/register';

const close = (got: tf.Tensor, want: number[][]) => {
  const difference = tf
    .abs(tf.sub(got, tf.tensor2d(want)))
    .max()
    .arraySync() as number;
  expect(difference).toBeLessThan(2e-7);
};

describe.each(['bare', ...BACKENDS])('unitRows on %s', (backend) => {
  const kind = backend === 'bare' ? 'composed' : 'fused';

  beforeAll(async () => {
    await (backend === 'bare' ? useBareBackend() : useBackend(backend));
    registerCpuKernels();
    expect(kernelFor(backend)).toBe(backend === 'bare' ? 'composed' : 'fused');
  });

  test('scales rows to length 1 and leaves zeros', () => {
    const rows = tf.tensor2d([
      [3, 4],
      [0, 0],
      [0, -2],
      [3e30, 4e30],
      [3e-30, 4e-30],
    ]);
    close(unitRows(rows, kind), [
      [0.6, 0.8],
      [0, 0],
      [0, -1],
      [0.6, 0.8],
      [0.6, 0.8],
    ]);
  });

  test('gradient is what is left across the row, over its length', () => {
    const du = tf.tensor2d([
      [1, 0],
      [1, 0],
    ]);
    const grad = (x: tf.Tensor2D) => unitRowsGradient(x, du, kind);
    // u = (0.6, 0.8): (1 - 0.36, -0.48) / 5.
    close(
      grad(
        tf.tensor2d([
          [3, 4],
          [0, 0],
        ]),
      ),
      [
        [0.128, -0.096],
        [0, 0],
      ],
    );
  });

  test('rows that are not finite become NaN', () => {
    const rows = tf.tensor2d([
      [1, Number.NaN],
      [Number.POSITIVE_INFINITY, 1],
      [1, 0],
    ]);
    const [[, bad] = [], [infinite] = [], good] = unitRows(rows, kind).arraySync();
    expect([bad, infinite]).toEqual([Number.NaN, Number.NaN]);
    expect(good).toEqual([1, 0]);
  });
});
