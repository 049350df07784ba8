import type {
  NamedAttrMap,
  NamedTensorMap,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
} from '@tensorflow/tfjs-core';

/** Input tensors of the forward kernel. Anchors and candidates may be one and the same tensor. */
export interface KernelInputs {
  /** float32 `[N, D]` */
  readonly anchors: Tensor2D;
  /** float32 `[M, D]` */
  readonly candidates: Tensor2D;
  /** int32 `[N]` */
  readonly anchorLabels: Tensor1D;
  /** int32 `[M]` */
  readonly candidateLabels: Tensor1D;
  /** float32 `[]` */
  readonly temperature: Scalar;
}

/** Input tensors of the gradient kernel. */
export interface KernelGradientInputs extends KernelInputs {
  /**
   * float32 `[6, N]`: nearest distance and relative log-sum of all, the same of the class (rows 5 to
   * 8 of the forward kernel), dL/dA, dL/dB.
   */
  readonly anchorSums: Tensor2D;
  /** float32 `[6, M]`, the same of each candidate as an anchor, zeros where it is none. */
  readonly candidateSums: Tensor2D;
}

/** Kernels before and after the operation in a training step; a backend may have them. */
export const stepKernels = [
  'SnnlUnitRows',
  'SnnlUnitRowsGrad',
  'SnnlReducedLoss',
  'SnnlLossAnchorSums',
  'SnnlAnchorSums',
] as const;

/**
 * Kernels that a backend may have besides the two, which save calls and change no value. Inputs,
 * attributes and outputs are those of `operation/contract.ts` of snnl-layer.
 */
export const optionalKernels = [
  ...stepKernels,
  'SnnlCrossLogSums',
  'SnnlBatchLoss',
  'SnnlBatchLossGrad',
] as const;
export type OptionalKernel = (typeof optionalKernels)[number];

/** Runs a kernel on its inputs, by name: its output, or its outputs in order. */
export type RunKernel = (inputs: NamedTensorMap, attrs: NamedAttrMap) => Tensor | Tensor[];

/** What a backend must offer to be tested: the two kernels, called directly, and what more it has. */
export interface KernelAdapter {
  /** Registers the kernels if need be and makes the backend the current one. */
  setup(): Promise<void>;
  /** `SnnlNeighborLogSums`: float32 `[9, N]`. */
  forward(inputs: KernelInputs, selfOffset: number, oneBatch?: boolean): Tensor2D;
  /** `SnnlNeighborLogSumsGrad`: float32 `[N, D]`. */
  gradient(inputs: KernelGradientInputs, selfOffset: number, oneBatch?: boolean): Tensor2D;
  readonly optional?: Partial<Readonly<Record<OptionalKernel, RunKernel>>>;
  /** Called once after the last check. */
  dispose?(): void | Promise<void>;
}
