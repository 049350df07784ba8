import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** What the kernels use of the backend of tfjs-node and tfjs-node-gpu. */
export interface TensorflowBackend extends KernelBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_ATTR_INT: number };
  executeSingleOutput(
    op: string,
    attrs: readonly { name: string; type: number; value: number }[],
    inputs: readonly TensorInfo[],
  ): Tensor;
  executeMultipleOutputs(
    op: string,
    attrs: readonly { name: string; type: number; value: number }[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): Tensor[];
}

export function isTensorflowBackend(backend: KernelBackend): backend is TensorflowBackend {
  return 'executeSingleOutput' in backend && 'binding' in backend;
}
