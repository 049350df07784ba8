import type { KernelFunc, NamedTensorInfoMap } from '@tensorflow/tfjs-core';
import { input } from '../shared/workspace';
import { run } from './run';
import type { Shader } from './shaders/common';
import { ANCHOR_SUMS, LOSS, LOSS_ANCHOR_SUMS, LOSS_COUNTS, LOSS_SUMS } from './shaders/loss';
import { compute, flatUniforms, type WebglWorkspace } from './workspace';

const anchorsOf = (inputs: NamedTensorInfoMap): number => input(inputs, 'sums').shape[1] ?? 0;

/** What the shaders read of the inputs `sums` and `other`. */
function read(workspace: WebglWorkspace, inputs: NamedTensorInfoMap, other: string) {
  const n = anchorsOf(inputs);
  // An empty tensor has no texture; the other stands in, and nothing of it is read.
  const sums = workspace.flat(input(inputs, n === 0 ? other : 'sums'));
  const second = workspace.flat(input(inputs, other));
  return {
    inputs: { sums: sums.info, [other]: second.info },
    ints: { n, ...flatUniforms('sums', sums), ...flatUniforms(other, second) },
  };
}

/** Two draws: sums over slices of some sqrt(N) anchors, then the output from them. */
const inSlices =
  (
    shapeOf: (n: number) => number[],
    scalar: string,
    shaders: { slices: Shader; output: Shader },
  ): KernelFunc =>
  ({ inputs, attrs, backend }) => {
    const n = anchorsOf(inputs);
    return compute(backend, shapeOf(n), (workspace, output) => {
      const given = read(workspace, inputs, scalar);
      const slice = Math.max(1, Math.ceil(Math.sqrt(n)));
      const slices = Math.max(1, Math.ceil(n / slice));
      const parts = workspace.texture(slices, 1);
      run(workspace.device, shaders.slices, {
        inputs: given.inputs,
        ints: { ...given.ints, slice },
        outputs: [parts],
        area: { width: slices, height: 1 },
      });
      const mean = Number(attrs?.mean === true);
      run(workspace.device, shaders.output, {
        inputs: { ...given.inputs, parts },
        ints: { ...given.ints, slices, mean, outWidth: output.width },
        outputs: [output.info],
        area: output,
      });
    });
  };

/** The kernel function of `SnnlReducedLoss`. */
export const reducedLoss: KernelFunc = inSlices(() => [], 'temperature', {
  slices: LOSS_SUMS,
  output: LOSS,
});

/** The kernel function of `SnnlLossAnchorSums`. */
export const lossAnchorSums: KernelFunc = inSlices((n) => [6, n], 'dy', {
  slices: LOSS_COUNTS,
  output: LOSS_ANCHOR_SUMS,
});

/** The kernel function of `SnnlAnchorSums`. */
export const anchorSums: KernelFunc = ({ inputs, backend }) =>
  compute(backend, [6, anchorsOf(inputs)], (workspace, output) => {
    const given = read(workspace, inputs, 'dy');
    const ints = { ...given.ints, outWidth: output.width };
    run(workspace.device, ANCHOR_SUMS, { ...given, ints, outputs: [output.info], area: output });
  });
