import type { KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { input } from '../shared/workspace';
import { MAX_GROUPS, run } from './run';
import type { Shader } from './shaders/common';
import { ROWS, type Size, UNIT_ROWS, UNIT_ROWS_GRAD } from './shaders/unit-rows';
import { compute } from './workspace';

const kernel =
  <Input extends string>(
    from: Shader<Input, Size>,
    take: (inputs: NamedTensorInfoMap) => Record<Input, TensorInfo>,
  ): KernelFunc =>
  ({ inputs, backend }) => {
    const [rows = 0, width = 0] = input(inputs, 'x').shape;
    return compute(backend, [rows, width], (workspace, output) => {
      const all = Math.ceil(rows / ROWS);
      const groups = Math.min(all, MAX_GROUPS);
      const sizes = { rows, width, groups, rounds: Math.ceil(all / groups) };
      run(workspace.backend, from, { inputs: take(inputs), sizes, groups, output });
    });
  };

/** The kernel function of `SnnlUnitRows`. */
export const unitRows: KernelFunc = kernel(UNIT_ROWS, (inputs) => ({ x: input(inputs, 'x') }));

/** The kernel function of `SnnlUnitRowsGrad`. */
export const unitRowsGrad: KernelFunc = kernel(UNIT_ROWS_GRAD, (inputs) => ({
  x: input(inputs, 'x'),
  dy: input(inputs, 'dy'),
}));
