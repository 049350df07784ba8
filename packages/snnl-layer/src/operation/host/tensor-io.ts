import {
  type DataId,
  engine,
  type KernelBackend,
  type NamedTensorInfoMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

/** What the `wasm` backend has beside the interface of all: its tensors lie in one memory. */
interface HeapBackend {
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  typedArrayFromHeap(info: TensorInfo): ArrayLike<number>;
  getMemoryOffset(dataId: DataId): number;
}

function heapOf(backend: object): HeapBackend | undefined {
  return 'makeOutput' in backend && 'typedArrayFromHeap' in backend
    ? (backend as HeapBackend)
    : undefined;
}

/**
 * Moves tensors that were made on another backend to this one. On `wasm` that may make the memory
 * grow, which detaches every view of it: tfjs's own clone and cast then throw, and values written to
 * an output that was made before are lost. So do it before anything is read or made.
 */
export function moveTo(backend: object, tensors: Iterable<TensorInfo | undefined>): void {
  const heap = heapOf(backend);
  if (!heap) return;
  for (const tensor of tensors) if (tensor) heap.getMemoryOffset(tensor.dataId);
}

/** {@link moveTo} the backend in use. */
export function moveHere(...tensors: (Tensor | undefined)[]): void {
  moveTo(engine().backend, tensors);
}

/** The input `name` of a kernel; throws where there is none. */
export function input(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const info = inputs[name];
  if (info === undefined) throw new Error(`Expected an input '${name}', but got none.`);
  return info;
}

/** Values of a tensor, not copied where that can be helped: as for {@link read}. */
export function valuesOf(backend: KernelBackend, info: TensorInfo): ArrayLike<number> {
  const heap = heapOf(backend);
  return heap?.typedArrayFromHeap(info) ?? (backend.readSync(info.dataId) as ArrayLike<number>);
}

/**
 * Values of an input, not copied where that can be helped: they must not be written to, and are only
 * good until the backend makes another tensor.
 */
export function read<Values extends Float32Array | Int32Array>(
  backend: KernelBackend,
  inputs: NamedTensorInfoMap,
  name: string,
  Type: { new (length: number): Values; from(values: ArrayLike<number>): Values },
): Values {
  const info = input(inputs, name);
  if (info.shape.includes(0)) return new Type(0);
  const values = valuesOf(backend, info);
  return values instanceof Type ? values : Type.from(values);
}

/** A new float32 tensor that `fill` writes every value of. Inputs are to be read in `fill`. */
export function create(
  backend: KernelBackend,
  shape: number[],
  fill: (values: Float32Array) => void,
): TensorInfo {
  const heap = shape.includes(0) ? undefined : heapOf(backend);
  if (!heap) {
    const values = new Float32Array(shape.reduce((size, axis) => size * axis, 1));
    fill(values);
    return { dataId: backend.write(values, shape, 'float32'), shape, dtype: 'float32' };
  }
  const output = heap.makeOutput(shape, 'float32');
  try {
    fill(heap.typedArrayFromHeap(output) as Float32Array);
  } catch (error) {
    backend.disposeData(output.dataId);
    throw error;
  }
  return output;
}
