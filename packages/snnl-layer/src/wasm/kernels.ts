import type {
  KernelBackend,
  KernelFunc,
  NamedAttrMap,
  NamedTensorInfoMap,
} from '@tensorflow/tfjs-core';
import { create, input, read } from '../host/tensor-io';
import { backward } from './backward';
import { withRuntime } from './current-runtime';
import { crossForward, forward } from './forward';
import type { Problem } from './problem';

/** The kernel function of `SnnlNeighborLogSums`, for backends whose tensors can be read at once. */
export const logSums: KernelFunc = ({ inputs, backend, attrs }) => {
  const from = backend as KernelBackend;
  const [n = 0] = input(inputs, 'anchors').shape;
  return create(from, [9, n], (out) => {
    const problem = readProblem(from, inputs, attrs);
    withRuntime((runtime) => forward(runtime, problem, out));
  });
};

/** The kernel function of `SnnlCrossLogSums`. */
export const crossLogSums: KernelFunc = ({ inputs, backend }) => {
  const from = backend as KernelBackend;
  const [n = 0] = input(inputs, 'anchors').shape;
  const [m = 0] = input(inputs, 'candidates').shape;
  return create(from, [9, n + m], (out) => {
    const problem = readProblem(from, inputs, undefined);
    withRuntime((runtime) => crossForward(runtime, problem, out));
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
    withRuntime((runtime) => backward(runtime, problem, out));
  });
};

function readProblem(
  backend: KernelBackend,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
): Problem {
  const [n = 0, d = 0] = input(inputs, 'anchors').shape;
  const [m = 0] = input(inputs, 'candidates').shape;
  const shared = input(inputs, 'anchors').dataId === input(inputs, 'candidates').dataId;
  const candidates = read(backend, inputs, 'candidates', Float32Array);
  const [temperature = Number.NaN] = read(backend, inputs, 'temperature', Float32Array);
  return {
    n,
    m,
    d,
    anchors: shared ? candidates : read(backend, inputs, 'anchors', Float32Array),
    candidates,
    anchorLabels: read(backend, inputs, 'anchorLabels', Int32Array),
    candidateLabels: read(backend, inputs, 'candidateLabels', Int32Array),
    temperature,
    selfOffset: Number(attrs?.selfOffset ?? -1),
  };
}
