import type { DataId, DataType, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';

/** What of a backend makes tensors and frees them. */
export interface TensorBackend {
  makeTensorInfo(shape: number[], dtype: DataType, values?: Float32Array | Int32Array): TensorInfo;
  disposeData(dataId: DataId): unknown;
}

/** What one run of a kernel computes with: the backend, and tensors that are freed at its end. */
export class Workspace<Backend extends TensorBackend> {
  readonly #owned: TensorInfo[] = [];

  constructor(readonly backend: Backend) {}

  /** Frees at the end what was made for this run. */
  own(info: TensorInfo): TensorInfo {
    this.#owned.push(info);
    return info;
  }

  /** Makes a float32 tensor that `fill` computes, unless it is empty; then frees all that is owned. */
  output(shape: number[], fill: (output: TensorInfo) => void): TensorInfo {
    if (shape.includes(0)) return this.backend.makeTensorInfo(shape, 'float32', new Float32Array());
    const output = this.backend.makeTensorInfo(shape, 'float32');
    try {
      fill(output);
      return output;
    } catch (error) {
      this.backend.disposeData(output.dataId);
      throw error;
    } finally {
      for (const { dataId } of this.#owned) this.backend.disposeData(dataId);
    }
  }
}

/** @throws Error where a kernel has no input `name`. */
export function input(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const tensor = inputs[name];
  if (tensor) return tensor;
  throw new Error(`Expected an input '${name}', but got ${Object.keys(inputs).join(', ')}.`);
}
