import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

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

/** Input tensors of the kernel of a whole batch. */
export interface BatchInputs {
  /** float32 `[N, D]` */
  readonly features: Tensor2D;
  /** int32 `[N]` */
  readonly labels: Tensor1D;
  /** float32 `[]`, of squared Euclidean distances, of unit rows for `cosine`. */
  readonly temperature: Scalar;
}

export interface BatchAttrs {
  readonly cosine: boolean;
  readonly mean: boolean;
}

/** What a backend must offer to be tested: the two kernels, called directly, and what more it has. */
export interface KernelAdapter {
  /** Registers the kernels if need be and makes the backend the current one. */
  setup(): Promise<void>;
  /** `SnnlNeighborLogSums`: float32 `[9, N]`. */
  forward(inputs: KernelInputs, selfOffset: number): Tensor2D;
  /** `SnnlNeighborLogSumsGrad`: float32 `[N, D]`. */
  gradient(inputs: KernelGradientInputs, selfOffset: number): Tensor2D;
  /** `SnnlCrossLogSums`, of backends that have it: float32 `[9, N + M]`. */
  cross?(inputs: KernelInputs): Tensor2D;
  /** `SnnlBatchLoss`, of backends that have it: loss `[]`, sums `[9, N]`, and what the gradient wants. */
  batch?(inputs: BatchInputs, attrs: BatchAttrs): Tensor[];
  /** `SnnlBatchLossGrad`, on what {@link batch} gave: float32 `[N, D]`. */
  batchGradient?(inputs: BatchInputs, attrs: BatchAttrs, given: Tensor[], dy: Scalar): Tensor2D;
  /** Called once after the last check. */
  dispose?(): void | Promise<void>;
}
