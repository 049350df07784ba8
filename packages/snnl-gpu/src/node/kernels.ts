import type {
  KernelConfig,
  NamedAttrMap,
  NamedTensorInfoMap,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import {
  HOST_KERNELS,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  UNIT_ROWS,
  UNIT_ROWS_GRAD,
} from 'snnl-layer';
import type { TensorflowBackend } from './backend';

/** In the order in which `native/op.cc` declares them. */
const FORWARD_INPUTS = [
  'anchors',
  'candidates',
  'anchorLabels',
  'candidateLabels',
  'temperature',
] as const;
const GRADIENT_INPUTS = [...FORWARD_INPUTS, 'anchorSums', 'candidateSums'] as const;

function inOrder(kernel: string, names: readonly string[], inputs: NamedTensorInfoMap) {
  return names.map((name): TensorInfo => {
    const tensor = inputs[name];
    if (tensor === undefined)
      throw new Error(`${kernel}: expected an input '${name}'; it is missing.`);
    return tensor;
  });
}

function integer(kernel: string, name: string, attrs: NamedAttrMap | undefined): number {
  const value = attrs?.[name];
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new Error(
    `${kernel}: expected the attribute '${name}' to be an integer, but got ${value}.`,
  );
}

/** A tfjs kernel that runs the TensorFlow op of the same name. */
function kernel(
  kernelName: string,
  inputNames: readonly string[],
  attrNames: readonly string[],
): KernelConfig {
  return {
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const from = backend as TensorflowBackend;
      const opAttrs = attrNames.map((name) => ({
        name,
        type: from.binding.TF_ATTR_INT,
        value: integer(kernelName, name, attrs),
      }));
      return from.executeSingleOutput(kernelName, opAttrs, inOrder(kernelName, inputNames, inputs));
    },
  };
}

export const TENSORFLOW_KERNELS: readonly KernelConfig[] = [
  kernel(NEIGHBOR_LOG_SUMS, FORWARD_INPUTS, ['selfOffset']),
  kernel(NEIGHBOR_LOG_SUMS_GRAD, GRADIENT_INPUTS, ['selfOffset']),
];

/** Where the backend computes on the CPU; on a GPU they would copy to and fro. */
export const TENSORFLOW_CPU_KERNELS: readonly KernelConfig[] = [
  kernel(UNIT_ROWS, ['x'], []),
  kernel(UNIT_ROWS_GRAD, ['x', 'dy'], []),
  ...Object.entries(HOST_KERNELS).map(([kernelName, kernelFunc]) => ({
    kernelName,
    backendName: 'tensorflow',
    kernelFunc,
  })),
];
