/**
 * Kernels of what stands around the two of the operation: sums over N numbers, for which a dozen core
 * ops, and as many in the gradient, take longer than anything else in a small batch. For backends
 * whose tensors can be read at once.
 */
import type { KernelBackend, KernelFunc, NamedTensorInfoMap } from '@tensorflow/tfjs-core';
import {
  ANCHOR_SUMS,
  LOG_SUM_ALL,
  LOG_SUM_SAME,
  NEAREST_ALL,
  REDUCED_LOSS,
  REDUCED_LOSS_GRAD,
  SAME_COUNT,
} from '../kernel-names';
import { create, input, read } from './tensor-io';

interface Rows {
  readonly logSumAll: Float32Array;
  readonly logSumSame: Float32Array;
  readonly sameCount: Float32Array;
}

function readRows(backend: KernelBackend, inputs: NamedTensorInfoMap, n: number): Rows {
  const sums = read(backend, inputs, 'sums', Float32Array);
  const row = (index: number) => sums.subarray(index * n, (index + 1) * n);
  return {
    logSumAll: row(LOG_SUM_ALL),
    logSumSame: row(LOG_SUM_SAME),
    sameCount: row(SAME_COUNT),
  };
}

/** What the sum of losses is divided by: at least 1. */
function divisor(sameCount: Float32Array, mean: unknown): number {
  if (mean !== true) return 1;
  let anchors = 0;
  for (const count of sameCount) if (count > 0) anchors++;
  return Math.max(anchors, 1);
}

/** Output []: sum_i [not lone] (A_i - B_i), over the number of anchors that are not lone if `mean`. */
const reducedLoss: KernelFunc = ({ inputs, attrs, backend }) => {
  const [, n = 0] = input(inputs, 'sums').shape;
  return create(backend as KernelBackend, [], (out) => {
    const { logSumAll, logSumSame, sameCount } = readRows(backend as KernelBackend, inputs, n);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      // Multiplying, not selecting, lets the NaN of a lone anchor through.
      const weight = (sameCount[i] as number) > 0 ? 1 : 0;
      sum += ((logSumAll[i] as number) - (logSumSame[i] as number)) * weight;
    }
    out[0] = sum / divisor(sameCount, attrs?.mean);
  });
};

/** Inputs sums and dy []; output [9, N]: the gradient of the loss for `sums`. */
const reducedLossGrad: KernelFunc = ({ inputs, attrs, backend }) => {
  const [, n = 0] = input(inputs, 'sums').shape;
  return create(backend as KernelBackend, [9, n], (out) => {
    const { sameCount } = readRows(backend as KernelBackend, inputs, n);
    const [dy = Number.NaN] = read(backend as KernelBackend, inputs, 'dy', Float32Array);
    const share = dy / divisor(sameCount, attrs?.mean);
    out.fill(0);
    for (let i = 0; i < n; i++) {
      if (!((sameCount[i] as number) > 0)) continue;
      out[LOG_SUM_ALL * n + i] = share;
      out[LOG_SUM_SAME * n + i] = -share;
    }
  });
};

/** Inputs sums and dy [9, N]; output [6, N]: the references of sums, and the first two rows of dy. */
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
  [REDUCED_LOSS_GRAD]: reducedLossGrad,
  [ANCHOR_SUMS]: anchorSums,
};
