import type { KernelBackend, KernelFunc, NamedTensorInfoMap } from '@tensorflow/tfjs-core';
import { backward } from './backward';
import { input } from './flat';
import { forward } from './forward';
import { type Output, type Tools, withOutput } from './output';
import { type Problem, prepare } from './problem';

export interface Call extends Tools, Output {
  readonly inputs: NamedTensorInfoMap;
  readonly problem: Problem;
}

function kernel(shapeOf: (n: number, d: number) => number[], compute: (call: Call) => void) {
  const func: KernelFunc = ({ inputs, backend, attrs }) => {
    const [n = 0, d = 0] = input(inputs, 'anchors').shape;
    return withOutput(backend as KernelBackend, shapeOf(n, d), (made) => {
      const selfOffset = Number(attrs?.selfOffset ?? -1);
      const problem = prepare(made.device, made.scratch, inputs, selfOffset);
      compute({ ...made, inputs, problem });
    });
  };
  return func;
}

/** The kernel function of `SnnlNeighborLogSums`. */
export const logSums: KernelFunc = kernel((n) => [9, n], forward);

/** The kernel function of `SnnlNeighborLogSumsGrad`. */
export const logSumsGrad: KernelFunc = kernel((n, d) => [n, d], backward);
