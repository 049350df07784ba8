import type { KernelBackend, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';

/** The input `name` of a kernel; throws where there is none. */
export function input(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const info = inputs[name];
  if (info === undefined) throw new Error(`Expected an input '${name}', but got none.`);
  return info;
}

/** Values of an input; a backend that keeps them in another type of array has them converted. */
export function read<Values extends Float32Array | Int32Array>(
  backend: KernelBackend,
  inputs: NamedTensorInfoMap,
  name: string,
  Type: { new (length: number): Values; from(values: ArrayLike<number>): Values },
): Values {
  const { dataId, shape } = input(inputs, name);
  if (shape.includes(0)) return new Type(0);
  const values = backend.readSync(dataId);
  return values instanceof Type ? values : Type.from(values as ArrayLike<number>);
}

/** A new float32 tensor of the backend. */
export function write(backend: KernelBackend, values: Float32Array, shape: number[]): TensorInfo {
  return { dataId: backend.write(values, shape, 'float32'), shape, dtype: 'float32' };
}
