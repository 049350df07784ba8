import type {
  KernelBackend,
  KernelFunc,
  NamedAttrMap,
  NamedTensorInfoMap,
} from '@tensorflow/tfjs-core';
import { lossOfSums, setAnchorSums } from '../host/loss-kernels';
import { create, input, read } from '../host/tensor-io';
import {
  backwardOfLabelled,
  crossOfLabelled,
  forwardOfLabelled,
  keepingOfLabelled,
} from './labelled';
import { Arena } from './layout';
import type { Problem } from './problem';
import { withRuntime } from './runtime';

/** The kernel function of `SnnlNeighborLogSums`, for backends whose tensors can be read at once. */
export const logSums: KernelFunc = ({ inputs, backend, attrs }) => {
  const from = backend as KernelBackend;
  const [n = 0] = input(inputs, 'anchors').shape;
  return create(from, [9, n], (out) => {
    const problem = readProblem(from, inputs, attrs);
    withRuntime((runtime) => forwardOfLabelled(runtime, problem, out));
  });
};

/** The kernel function of `SnnlCrossLogSums`. */
export const crossLogSums: KernelFunc = ({ inputs, backend }) => {
  const from = backend as KernelBackend;
  const [n = 0] = input(inputs, 'anchors').shape;
  const [m = 0] = input(inputs, 'candidates').shape;
  return create(from, [9, n + m], (out) => {
    const problem = readProblem(from, inputs, undefined);
    withRuntime((runtime) => crossOfLabelled(runtime, problem, out));
  });
};

/** The kernel function of `SnnlNeighborLogSumsGrad`. */
export const logSumsGrad: KernelFunc = ({ inputs, backend, attrs }) => {
  const from = backend as KernelBackend;
  const [n = 0, d = 0] = input(inputs, 'anchors').shape;
  return create(from, [n, d], (out) => {
    const problem = {
      ...readProblem(from, inputs, attrs),
      anchorSums: read(from, inputs, 'anchorSums', Float32Array),
      candidateSums: read(from, inputs, 'candidateSums', Float32Array),
    };
    withRuntime((runtime) => backwardOfLabelled(runtime, problem, out));
  });
};

/**
 * The kernel function of `SnnlBatchLoss`. Of a small batch it leaves the distances to the gradient: they
 * are most of its work, and take no more memory than some hundreds of features.
 */
export const batchLoss: KernelFunc = ({ inputs, backend, attrs }) => {
  const from = backend as KernelBackend;
  const [n = 0, d = 0] = input(inputs, 'features').shape;
  const keeps = n <= MOST_KEPT_ROWS && d >= LEAST_KEPT_FEATURES;
  let loss = 0;
  let tiles: Float32Array | undefined;
  const sums = create(from, [9, n], (out) => {
    const problem = readBatch(from, inputs, attrs);
    withRuntime((runtime) => {
      if (keeps) tiles = keepingOfLabelled(runtime, problem, out);
      else forwardOfLabelled(runtime, problem, out);
    });
    loss = lossOfSums(out, problem.temperature, attrs?.mean === true);
  });
  const value = create(from, [], (out) => {
    out[0] = loss;
  });
  const kept = tiles;
  return kept === undefined
    ? [value, sums]
    : [value, sums, create(from, [kept.length], (out) => out.set(kept))];
};

/** The kernel function of `SnnlBatchLossGrad`. */
export const batchLossGrad: KernelFunc = ({ inputs, backend, attrs }) => {
  const from = backend as KernelBackend;
  return create(from, input(inputs, 'features').shape, (out) => {
    const batch = readBatch(from, inputs, attrs);
    const [dy = Number.NaN] = read(from, inputs, 'dy', Float32Array);
    const sums = read(from, inputs, 'sums', Float32Array);
    const tiles = inputs.residual && read(from, inputs, 'residual', Float32Array);
    const anchorSums = new Float32Array(6 * batch.n);
    setAnchorSums(sums, dy, attrs?.mean === true, anchorSums);
    const problem = { ...batch, anchorSums, candidateSums: anchorSums, tiles };
    withRuntime((runtime) => backwardOfLabelled(runtime, problem, out));
  });
};

const MOST_KEPT_ROWS = 512;
const LEAST_KEPT_FEATURES = 128;

/** The features of a batch as both anchors and candidates. */
function readBatch(
  backend: KernelBackend,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
): Problem {
  const [n = 0, d = 0] = input(inputs, 'features').shape;
  const features = read(backend, inputs, 'features', Float32Array);
  const labels = read(backend, inputs, 'labels', Int32Array);
  const [temperature = Number.NaN] = read(backend, inputs, 'temperature', Float32Array);
  const both = { anchors: features, candidates: features, anchorLabels: labels };
  const unitRows = attrs?.cosine === true;
  return {
    n,
    m: n,
    d,
    ...both,
    candidateLabels: labels,
    temperature,
    selfOffset: 0,
    oneBatch: true,
    unitRows,
  };
}

function readProblem(
  backend: KernelBackend,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
): Problem {
  const [n = 0, d = 0] = input(inputs, 'anchors').shape;
  const [m = 0] = input(inputs, 'candidates').shape;
  const [temperature = Number.NaN] = read(backend, inputs, 'temperature', Float32Array);
  return {
    n,
    m,
    d,
    anchors: read(backend, inputs, 'anchors', Float32Array),
    candidates: read(backend, inputs, 'candidates', Float32Array),
    anchorLabels: read(backend, inputs, 'anchorLabels', Int32Array),
    candidateLabels: read(backend, inputs, 'candidateLabels', Int32Array),
    temperature,
    selfOffset: Number(attrs?.selfOffset ?? -1),
    oneBatch: attrs?.oneBatch === true,
  };
}

// tfjs takes some 100 ns for each element of [N, D] that meets one of [N, 1] on these backends, as
// much as all the rest of a small batch.

/** `SnnlUnitRows`: input x [N, D]; x / |x|, 0 for a row of zeros, NaN for one that is not finite. */
export const unitRowsKernel: KernelFunc = ({ inputs, backend }) => {
  const [n = 0, d = 0] = input(inputs, 'x').shape;
  return create(backend as KernelBackend, [n, d], (result) => {
    const values = read(backend as KernelBackend, inputs, 'x', Float32Array);
    withRuntime((runtime) => {
      const arena = new Arena();
      const [x, out] = [arena.take(n * d), arena.take(n * d)];
      runtime.reserve(arena.end);
      const { floats } = runtime.views();
      floats.set(values, x / 4);
      runtime.kernels.unitRows(x, n, d, out);
      result.set(floats.subarray(out / 4, out / 4 + n * d));
    });
  });
};

/** `SnnlUnitRowsGrad`: inputs x and dy [N, D]; (dy - u (u . dy)) / |x| with u = x / |x|. */
export const unitRowsGradKernel: KernelFunc = ({ inputs, backend }) => {
  const [n = 0, d = 0] = input(inputs, 'x').shape;
  return create(backend as KernelBackend, [n, d], (result) => {
    const values = read(backend as KernelBackend, inputs, 'x', Float32Array);
    const upstream = read(backend as KernelBackend, inputs, 'dy', Float32Array);
    withRuntime((runtime) => {
      const arena = new Arena();
      const [x, dy, out] = [arena.take(n * d), arena.take(n * d), arena.take(n * d)];
      runtime.reserve(arena.end);
      const { floats } = runtime.views();
      floats.set(values, x / 4);
      floats.set(upstream, dy / 4);
      runtime.kernels.unitRowsGrad(x, dy, n, d, out);
      result.set(floats.subarray(out / 4, out / 4 + n * d));
    });
  });
};
