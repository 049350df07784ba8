import type {
  KernelBackend,
  KernelFunc,
  NamedTensorInfoMap,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { backward } from './backward';
import { deviceOf, type WebglDevice } from './context';
import { input } from './flat';
import { forward } from './forward';
import { type Problem, prepare } from './problem';
import { Scratch } from './scratch';

export interface Call {
  readonly device: WebglDevice;
  readonly scratch: Scratch;
  readonly inputs: NamedTensorInfoMap;
  readonly problem: Problem;
  /** The result, for the shaders an unpacked texture of `outWidth` texels a line. */
  readonly output: TensorInfo;
  readonly outWidth: number;
  readonly outHeight: number;
}

function kernel(shapeOf: (n: number, d: number) => number[], compute: (call: Call) => void) {
  const func: KernelFunc = ({ inputs, backend, attrs }) => {
    const device = deviceOf(backend as KernelBackend);
    const [n = 0, d = 0] = input(inputs, 'anchors').shape;
    const shape = shapeOf(n, d);
    if (shape.includes(0))
      return device.backend.makeTensorInfo(shape, 'float32', new Float32Array());
    const scratch = new Scratch(device);
    const output = device.backend.makeTensorInfo(shape, 'float32');
    try {
      device.backend.uploadToGPU(output.dataId);
      const [outHeight, outWidth] = device.backend.texData.get(output.dataId).texShape ?? [0, 0];
      const problem = prepare(device, scratch, inputs, Number(attrs?.selfOffset ?? -1));
      compute({ device, scratch, inputs, problem, output, outWidth, outHeight });
    } catch (error) {
      device.backend.disposeIntermediateTensorInfo(output);
      throw error;
    } finally {
      scratch.free();
    }
    return output;
  };
  return func;
}

/** The kernel function of `SnnlNeighborLogSums`. */
export const logSums: KernelFunc = kernel((n) => [5, n], forward);

/** The kernel function of `SnnlNeighborLogSumsGrad`. */
export const logSumsGrad: KernelFunc = kernel((n, d) => [n, d], backward);
