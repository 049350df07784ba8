import { Tensor, type Tensor1D, type Tensor2D, type TensorLike } from '@tensorflow/tfjs-core';
import type { KernelChoice } from '../operation/kernel-choice';
import type { Distance, Temperature } from './distance';
import { featureRows } from './features';
import type { Group } from './group';
import type { IgnoredClass, LabelOrigin, Labels } from './label-values';
import type { Reduction } from './loss-of-sums';

/** Past samples that stand beside the batch as further candidates and get no gradient. */
export interface Memory {
  /** float32 `[samples, ...]`, as wide as the batch's features when flattened. */
  readonly features: Tensor | TensorLike;
  /** As the labels of the loss, one a sample. */
  readonly labels: Labels;
}

export interface BatchLossOptions {
  readonly temperature: Temperature;
  readonly distance: Distance;
  readonly reduction: Reduction;
  readonly epsilon: number;
  readonly memory?: Memory | undefined;
  /** Processes whose batches are one. */
  readonly group?: Group | undefined;
  readonly kernel: KernelChoice;
  /** Makes weights of the anchors, float32 `[N]`, 0 or greater, off the tape. Default 1 each. */
  readonly weights?: (() => Tensor1D) | undefined;
  /** The class of samples without a label. */
  readonly ignoreClass?: IgnoredClass | undefined;
  /** Whose labels they are, for messages; default the argument of a function. */
  readonly origin?: LabelOrigin;
}

/** How many samples there are; 0 where the features are of no shape, which is told later. */
export const samplesOf = (features: Tensor | TensorLike): number =>
  features instanceof Tensor
    ? (features.shape[0] ?? 0)
    : ((features as ArrayLike<unknown>)?.length ?? 0);

/** The features of a memory, as wide as those of the batch. */
export function memoryRows({ features }: Memory, width: number, name = 'memory'): Tensor2D {
  const past = featureRows(features, `${name}.features`);
  if (past.shape[1] === width) return past;
  throw new Error(
    `Expected ${name}.features to have ${width} features a sample, as the batch has, but got ` +
      `${past.shape[1]}.`,
  );
}
