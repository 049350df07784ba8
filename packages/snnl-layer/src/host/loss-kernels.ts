/**
 * Kernels of what stands around the two of the operation: sums over N numbers, for which a dozen core
 * ops, and as many in the gradient, take longer than anything else in a small batch. For backends
 * whose tensors can be read at once.
 */
import type { KernelBackend, KernelFunc, NamedTensorInfoMap } from '@tensorflow/tfjs-core';
import {
  ANCHOR_SUMS,
  LOSS_ANCHOR_SUMS,
  NEAREST_ALL,
  NEAREST_SAME,
  REDUCED_LOSS,
  RELATIVE_ALL,
  RELATIVE_SAME,
  SAME_COUNT,
} from '../kernel-names';
import { create, input, read } from './tensor-io';

/** Rows of `[9, N]` sums. */
function readRows(backend: KernelBackend, inputs: NamedTensorInfoMap, n: number) {
  const sums = read(backend, inputs, 'sums', Float32Array);
  return (index: number) => sums.subarray(index * n, (index + 1) * n);
}

/** What the sum of losses is divided by: at least 1. */
function divisor(sameCount: Float32Array, mean: unknown): number {
  if (mean !== true) return 1;
  let anchors = 0;
  for (const count of sameCount) if (count > 0) anchors++;
  return Math.max(anchors, 1);
}

const reducedLoss: KernelFunc = ({ inputs, attrs, backend }) => {
  const [, n = 0] = input(inputs, 'sums').shape;
  return create(backend as KernelBackend, [], (out) => {
    const row = readRows(backend as KernelBackend, inputs, n);
    const [t = Number.NaN] = read(backend as KernelBackend, inputs, 'temperature', Float32Array);
    const [relativeAll, relativeSame] = [row(RELATIVE_ALL), row(RELATIVE_SAME)];
    const [nearestAll, nearestSame] = [row(NEAREST_ALL), row(NEAREST_SAME)];
    const sameCount = row(SAME_COUNT);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      // Multiplying, not selecting, lets the NaN of a lone anchor through.
      const weight = (sameCount[i] as number) > 0 ? 1 : 0;
      const relative = (relativeAll[i] as number) - (relativeSame[i] as number);
      const apart = (nearestSame[i] as number) - (nearestAll[i] as number);
      sum += (relative + apart / t) * weight;
    }
    out[0] = sum / divisor(sameCount, attrs?.mean);
  });
};

const lossAnchorSums: KernelFunc = ({ inputs, attrs, backend }) => {
  const [, n = 0] = input(inputs, 'sums').shape;
  return create(backend as KernelBackend, [6, n], (out) => {
    const row = readRows(backend as KernelBackend, inputs, n);
    for (let k = 0; k < 4; k++) out.set(row(NEAREST_ALL + k), k * n);
    const sameCount = row(SAME_COUNT);
    const [dy = Number.NaN] = read(backend as KernelBackend, inputs, 'dy', Float32Array);
    const share = dy / divisor(sameCount, attrs?.mean);
    for (let i = 0; i < n; i++) {
      const slope = (sameCount[i] as number) > 0 ? share : 0;
      out[4 * n + i] = slope;
      out[5 * n + i] = -slope;
    }
  });
};

const anchorSums: KernelFunc = ({ inputs, backend }) => {
  const [, n = 0] = input(inputs, 'sums').shape;
  return create(backend as KernelBackend, [6, n], (out) => {
    const values = (name: string) => read(backend as KernelBackend, inputs, name, Float32Array);
    out.set(values('sums').subarray(NEAREST_ALL * n));
    out.set(values('dy').subarray(0, 2 * n), 4 * n);
  });
};

/**
 * Optional kernels of the loss around the operation, by kernel name. A backend that has the two
 * kernels, and whose `readSync` costs nothing, may register these as they are.
 */
export const HOST_KERNELS: Readonly<Record<string, KernelFunc>> = {
  [REDUCED_LOSS]: reducedLoss,
  [LOSS_ANCHOR_SUMS]: lossAnchorSums,
  [ANCHOR_SUMS]: anchorSums,
};
