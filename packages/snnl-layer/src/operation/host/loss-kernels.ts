/**
 * Kernels of what stands around the two of the operation: sums over N numbers, for which a dozen core
 * ops, and as many in the gradient, take longer than anything else in a small batch. For backends
 * whose tensors can be read at once.
 */
import type { KernelBackend, KernelFunc } from '@tensorflow/tfjs-core';
import {
  ANCHOR_SUMS,
  LOSS_ANCHOR_SUMS,
  NEAREST_ALL,
  NEAREST_SAME,
  REDUCED_LOSS,
  RELATIVE_ALL,
  RELATIVE_SAME,
  SAME_COUNT,
} from '../contract';
import { create, input, read } from './tensor-io';

/** Rows of `[9, N]` sums. */
function rowsOf(sums: Float32Array) {
  const n = sums.length / 9;
  return (index: number) => sums.subarray(index * n, (index + 1) * n);
}

/** What the sum of losses is divided by: at least 1. */
function divisor(sameCount: Float32Array, mean: boolean): number {
  if (!mean) return 1;
  let anchors = 0;
  for (const count of sameCount) if (count > 0) anchors++;
  return Math.max(anchors, 1);
}

/** Equation 3 from the sums `[9, N]` of its anchors, added up, or their mean. */
export function lossOfSums(sums: Float32Array, temperature: number, mean: boolean): number {
  const row = rowsOf(sums);
  const [relativeAll, relativeSame] = [row(RELATIVE_ALL), row(RELATIVE_SAME)];
  const [nearestAll, nearestSame] = [row(NEAREST_ALL), row(NEAREST_SAME)];
  const sameCount = row(SAME_COUNT);
  let sum = 0;
  for (let i = 0; i < sameCount.length; i++) {
    // Multiplying, not selecting, lets the NaN of a lone anchor through.
    const weight = (sameCount[i] as number) > 0 ? 1 : 0;
    const relative = (relativeAll[i] as number) - (relativeSame[i] as number);
    const apart = (nearestSame[i] as number) - (nearestAll[i] as number);
    sum += (relative + apart / temperature) * weight;
  }
  return sum / divisor(sameCount, mean);
}

/** Writes what the gradient of the operation takes, `[6, N]`, for the gradient `dy` of that loss. */
export function setAnchorSums(
  sums: Float32Array,
  dy: number,
  mean: boolean,
  out: Float32Array,
): void {
  const row = rowsOf(sums);
  const sameCount = row(SAME_COUNT);
  const n = sameCount.length;
  out.set(sums.subarray(NEAREST_ALL * n));
  const share = dy / divisor(sameCount, mean);
  for (let i = 0; i < n; i++) {
    const slope = (sameCount[i] as number) > 0 ? share : 0;
    out[4 * n + i] = slope;
    out[5 * n + i] = -slope;
  }
}

const reducedLoss: KernelFunc = ({ inputs, attrs, backend }) => {
  const from = backend as KernelBackend;
  return create(from, [], (out) => {
    const [temperature = Number.NaN] = read(from, inputs, 'temperature', Float32Array);
    const sums = read(from, inputs, 'sums', Float32Array);
    out[0] = lossOfSums(sums, temperature, attrs?.mean === true);
  });
};

const lossAnchorSums: KernelFunc = ({ inputs, attrs, backend }) => {
  const from = backend as KernelBackend;
  const [, n = 0] = input(inputs, 'sums').shape;
  return create(from, [6, n], (out) => {
    const [dy = Number.NaN] = read(from, inputs, 'dy', Float32Array);
    setAnchorSums(read(from, inputs, 'sums', Float32Array), dy, attrs?.mean === true, out);
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
