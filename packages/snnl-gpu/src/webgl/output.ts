import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { deviceOf, type WebglDevice } from './context';
import { Scratch } from './scratch';

/** The result of a kernel, for the shaders an unpacked texture of `outWidth` texels a line. */
export interface Output {
  readonly output: TensorInfo;
  readonly outWidth: number;
  readonly outHeight: number;
}

/** What a kernel call draws with. */
export interface Tools {
  readonly device: WebglDevice;
  readonly scratch: Scratch;
}

/** Makes a float32 tensor that `fill` draws, unless it is empty; frees what else `fill` took. */
export function withOutput(
  backend: KernelBackend,
  shape: number[],
  fill: (call: Tools & Output) => void,
): TensorInfo {
  const device = deviceOf(backend);
  if (shape.includes(0)) return device.backend.makeTensorInfo(shape, 'float32', new Float32Array());
  const scratch = new Scratch(device);
  const output = device.backend.makeTensorInfo(shape, 'float32');
  try {
    device.backend.uploadToGPU(output.dataId);
    const [outHeight, outWidth] = device.backend.texData.get(output.dataId).texShape ?? [0, 0];
    fill({ device, scratch, output, outWidth, outHeight });
  } catch (error) {
    device.backend.disposeIntermediateTensorInfo(output);
    throw error;
  } finally {
    scratch.free();
  }
  return output;
}
