import type {
  KernelBackend,
  KernelConfig,
  NamedAttrMap,
  NamedTensorInfoMap,
  Tensor,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import {
  ANCHOR_SUMS,
  BATCH_LOSS,
  BATCH_LOSS_GRAD,
  CROSS_LOG_SUMS,
  LOSS_ANCHOR_SUMS,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  REDUCED_LOSS,
  UNIT_ROWS,
  UNIT_ROWS_GRAD,
} from 'snnl-layer';

/** What the kernels use of the backend of tfjs-node and tfjs-node-gpu. */
interface TensorflowBackend extends KernelBackend {
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

/** In the order in which `native/*_ops.cc` declare them. */
const FORWARD_INPUTS = [
  'anchors',
  'candidates',
  'anchorLabels',
  'candidateLabels',
  'temperature',
] as const;
const BATCH_INPUTS = ['features', 'labels', 'temperature'] as const;
const GRADIENT_INPUTS = [...FORWARD_INPUTS, 'anchorSums', 'candidateSums'] as const;

function inOrder(kernel: string, names: readonly string[], inputs: NamedTensorInfoMap) {
  return names.map((name): TensorInfo => {
    const tensor = inputs[name];
    if (tensor === undefined)
      throw new Error(`${kernel}: expected an input '${name}'; it is missing.`);
    return tensor;
  });
}

/** Integers of an op, by name, from the attributes of the tfjs kernel. */
type OpAttrs = (attrs: NamedAttrMap | undefined, kernel: string) => Record<string, number>;

const none: OpAttrs = () => ({});

const mean: OpAttrs = (attrs) => ({ mean: attrs?.mean === true ? 1 : 0 });

const ofBatch: OpAttrs = (attrs) => ({
  cosine: attrs?.cosine === true ? 1 : 0,
  mean: attrs?.mean === true ? 1 : 0,
});

const ofPairs: OpAttrs = (attrs, kernel) => {
  const value = attrs?.selfOffset;
  if (typeof value === 'number' && Number.isInteger(value)) {
    return { selfOffset: value, oneBatch: attrs?.oneBatch === true ? 1 : 0 };
  }
  throw new Error(
    `${kernel}: expected the attribute 'selfOffset' to be an integer, but got ${value}.`,
  );
};

/** A tfjs kernel that runs the TensorFlow op of the same name. */
function kernel(
  kernelName: string,
  inputNames: readonly string[],
  attrsOf: OpAttrs = none,
  outputs = 1,
): KernelConfig {
  return {
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const from = backend as TensorflowBackend;
      const opAttrs = Object.entries(attrsOf(attrs, kernelName)).map(([name, value]) => ({
        name,
        type: from.binding.TF_ATTR_INT,
        value,
      }));
      const ordered = inOrder(kernelName, inputNames, inputs);
      return outputs === 1
        ? from.executeSingleOutput(kernelName, opAttrs, ordered)
        : from.executeMultipleOutputs(kernelName, opAttrs, ordered, outputs);
    },
  };
}

export const TENSORFLOW_KERNELS: readonly KernelConfig[] = [
  kernel(NEIGHBOR_LOG_SUMS, FORWARD_INPUTS, ofPairs),
  kernel(NEIGHBOR_LOG_SUMS_GRAD, GRADIENT_INPUTS, ofPairs),
];

/** Where the backend computes on the CPU; on a GPU they would copy to and fro. */
export const TENSORFLOW_CPU_KERNELS: readonly KernelConfig[] = [
  kernel(CROSS_LOG_SUMS, FORWARD_INPUTS),
  kernel(UNIT_ROWS, ['x']),
  kernel(UNIT_ROWS_GRAD, ['x', 'dy']),
  kernel(REDUCED_LOSS, ['sums', 'temperature'], mean),
  kernel(LOSS_ANCHOR_SUMS, ['sums', 'dy'], mean),
  kernel(ANCHOR_SUMS, ['sums', 'dy']),
  kernel(BATCH_LOSS, BATCH_INPUTS, ofBatch, 3),
  kernel(BATCH_LOSS_GRAD, [...BATCH_INPUTS, 'sums', 'residual', 'dy'], ofBatch),
];
