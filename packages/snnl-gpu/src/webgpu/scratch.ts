import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './backend';
import { assertNotLost } from './device-loss';

/** Storage that a kernel takes for its own use, all freed at its end. */
export class Scratch {
  readonly #backend: WebgpuBackend;
  readonly #tensors: TensorInfo[] = [];

  constructor(backend: WebgpuBackend) {
    this.#backend = backend;
  }

  take(shape: number[]): TensorInfo {
    return this.own(this.#backend.makeTensorInfo(shape, 'float32'));
  }

  own(tensor: TensorInfo): TensorInfo {
    this.#tensors.push(tensor);
    return tensor;
  }

  /** `tensor`, or a single 0 in place of an empty one: WebGPU binds no empty buffers. */
  nonEmpty(tensor: TensorInfo): TensorInfo {
    if (util.sizeFromShape(tensor.shape) > 0) return tensor;
    const zero = tensor.dtype === 'int32' ? new Int32Array(1) : new Float32Array(1);
    return this.own(this.#backend.makeTensorInfo([1], tensor.dtype, zero));
  }

  free(): void {
    for (const { dataId } of this.#tensors) this.#backend.disposeData(dataId);
  }
}

/** Makes a float32 tensor that `fill` computes, unless it is empty; frees what else `fill` took. */
export function withOutput(
  backend: WebgpuBackend,
  shape: number[],
  fill: (backend: WebgpuBackend, scratch: Scratch, output: TensorInfo) => void,
): TensorInfo {
  assertNotLost(backend);
  if (shape.includes(0)) return backend.makeTensorInfo(shape, 'float32', new Float32Array(0));
  const output = backend.makeTensorInfo(shape, 'float32');
  const scratch = new Scratch(backend);
  try {
    fill(backend, scratch, output);
    return output;
  } catch (error) {
    backend.disposeData(output.dataId);
    throw error;
  } finally {
    scratch.free();
  }
}
