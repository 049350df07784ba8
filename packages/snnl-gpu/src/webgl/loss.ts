import type { KernelBackend, KernelFunc, NamedTensorInfoMap } from '@tensorflow/tfjs-core';
import { flat, input, place } from './flat';
import { ANCHOR_SUMS, LOSS, LOSS_ANCHOR_SUMS, LOSS_COUNTS, LOSS_SUMS } from './glsl/loss';
import { type Output, type Tools, withOutput } from './output';
import { type Draw, run, type Shader } from './pass';

const anchorsOf = (inputs: NamedTensorInfoMap): number => input(inputs, 'sums').shape[1] ?? 0;

/** What the shaders read of the inputs `sums` and `other`. */
function read({ device, scratch }: Tools, inputs: NamedTensorInfoMap, other: string) {
  const n = anchorsOf(inputs);
  // An empty tensor has no texture; the other stands in, and nothing of it is read.
  const sums = flat(device, scratch, input(inputs, n === 0 ? other : 'sums'));
  const second = flat(device, scratch, input(inputs, other));
  return {
    inputs: { sums: sums.info, [other]: second.info },
    ints: { n, ...place('sums', sums), ...place(other, second) },
  };
}

const whole = ({ output, outWidth, outHeight }: Output): Pick<Draw, 'outputs' | 'area'> => ({
  outputs: [output],
  area: { width: outWidth, height: outHeight },
});

/** Two draws: sums over slices of some sqrt(N) anchors, then the output from them. */
const inSlices =
  (
    shapeOf: (n: number) => number[],
    scalar: string,
    shaders: { slices: Shader; output: Shader },
  ): KernelFunc =>
  ({ inputs, attrs, backend }) => {
    const n = anchorsOf(inputs);
    return withOutput(backend as KernelBackend, shapeOf(n), (call) => {
      const given = read(call, inputs, scalar);
      const slice = Math.max(1, Math.ceil(Math.sqrt(n)));
      const slices = Math.max(1, Math.ceil(n / slice));
      const parts = call.scratch.texture(slices, 1);
      run(call.device, shaders.slices, {
        inputs: given.inputs,
        ints: { ...given.ints, slice },
        outputs: [parts],
        area: { width: slices, height: 1 },
      });
      const mean = Number(attrs?.mean === true);
      run(call.device, shaders.output, {
        inputs: { ...given.inputs, parts },
        ints: { ...given.ints, slices, mean, outWidth: call.outWidth },
        ...whole(call),
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
  withOutput(backend as KernelBackend, [6, anchorsOf(inputs)], (call) => {
    const given = read(call, inputs, 'dy');
    const ints = { ...given.ints, outWidth: call.outWidth };
    run(call.device, ANCHOR_SUMS, { ...given, ints, ...whole(call) });
  });
