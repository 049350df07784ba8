import {
  _FusedMatMul,
  BatchMatMul,
  getKernel,
  type KernelBackend,
  type KernelFunc,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerKernel,
  type TensorInfo,
  Transpose,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { input, moveTo } from './operation/host/tensor-io';

const BACKEND = 'wasm';
const PRODUCTS = [BatchMatMul, _FusedMatMul];

/** On a kernel that transposes first; the same for all copies of this package. */
const TRANSPOSES_FIRST = Symbol.for('snnl-layer/transposes-first');

/**
 * Makes training on the backend `wasm` several times faster. tfjs multiplies matrices fast (XNNPACK)
 * only where neither is transposed, and with a plain loop otherwise, of which each dense layer's
 * gradient has two. This replaces the kernels `BatchMatMul` and `_FusedMatMul` by ones that transpose
 * first, which costs little, and then take the fast way. Other products, stacks of matrices among
 * them, go the way they went.
 *
 * It holds for the whole process, before and after `tf.setBackend('wasm')`. The second call does
 * nothing. Results differ by the rounding of another order of summation.
 *
 * @throws Error where the kernels of `wasm` are not registered: import the backend before.
 */
export function registerWasmMatMul(): void {
  const [product, transpose] = [BatchMatMul, Transpose].map((name) => getKernel(name, BACKEND));
  if (product == null || transpose == null) {
    throw new Error(
      "Expected the kernels BatchMatMul and Transpose of the backend 'wasm' to be registered, but " +
        "they are not. Import '@tensorflow/tfjs-backend-wasm' before.",
    );
  }
  for (const name of PRODUCTS) {
    const kernel = getKernel(name, BACKEND);
    if (kernel == null || TRANSPOSES_FIRST in kernel) continue;
    unregisterKernel(name, BACKEND);
    const kernelFunc = transposingFirst(kernel.kernelFunc, transpose.kernelFunc);
    registerKernel(Object.assign({ ...kernel, kernelFunc }, { [TRANSPOSES_FIRST]: true }));
  }
}

/** `multiply`, with the transposes that it is asked for done by `transpose` where that is faster. */
function transposingFirst(multiply: KernelFunc, transpose: KernelFunc): KernelFunc {
  return (call) => {
    const { inputs, backend } = call;
    const attrs = call.attrs as NamedAttrMap;
    const [a, b] = [input(inputs, 'a'), input(inputs, 'b')];
    const { transposeA, transposeB } = attrs;
    if (!(transposeA || transposeB) || !isPlainProduct(inputs, transposeB === true)) {
      return multiply(call);
    }
    // A transpose that moves no number is a clone, which wants its input in place.
    moveTo(backend as KernelBackend, [a, b]);
    const copies: TensorInfo[] = [];
    const transposed = (x: TensorInfo): TensorInfo => {
      const perm = x.shape.map((_, axis) => axis);
      perm.push(...perm.splice(-2).reverse());
      const copy = transpose({ inputs: { x }, backend, attrs: { perm } }) as TensorInfo;
      copies.push(copy);
      return copy;
    };
    try {
      const straight = { a: transposeA ? transposed(a) : a, b: transposeB ? transposed(b) : b };
      return multiply({
        inputs: { ...inputs, ...straight },
        backend,
        attrs: { ...attrs, transposeA: false, transposeB: false },
      });
    } finally {
      for (const { dataId } of copies) (backend as KernelBackend).disposeData(dataId);
    }
  };
}

/**
 * Whether XNNPACK would compute the product if nothing were transposed: of two float32 matrices, with
 * a bias for every column if any.
 */
function isPlainProduct(inputs: NamedTensorInfoMap, transposeB: boolean): boolean {
  const [a, b] = [input(inputs, 'a'), input(inputs, 'b')];
  const isMatrix = ({ shape, dtype }: TensorInfo) =>
    dtype === 'float32' &&
    shape.length >= 2 &&
    shape.every((size, axis) => (axis < shape.length - 2 ? size === 1 : size > 0));
  if (!isMatrix(a) || !isMatrix(b)) return false;
  const { bias } = inputs;
  return bias == null || bias.shape.at(-1) === b.shape.at(transposeB ? -2 : -1);
}
