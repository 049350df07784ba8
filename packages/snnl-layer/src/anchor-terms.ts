import {
  cast,
  concat,
  greater,
  reshape,
  slice,
  Tensor,
  type Tensor1D,
  type Tensor2D,
  type TensorLike,
} from '@tensorflow/tfjs-core';
import { detach } from './detach';
import { type Distance, embed, embedTemperature } from './distance';
import { featureRows } from './features';
import type { KernelChoice } from './kernel-choice';
import { LOG_SUM_ALL, LOG_SUM_SAME, SAME_COUNT } from './kernel-names';
import { classIds } from './labels';
import { neighborLogSums } from './neighbor-log-sums';
import type { Temperature } from './temperature';

/** Past samples that stand beside the batch as further candidates and get no gradient. */
export interface Memory {
  /** float32 `[samples, ...]`, as wide as the batch's features when flattened. */
  readonly features: Tensor | TensorLike;
  /** As the labels of the loss, one a sample. */
  readonly labels: Tensor | TensorLike;
}

export interface AnchorTermsOptions {
  readonly temperature: Temperature;
  readonly distance: Distance;
  readonly memory?: Memory | undefined;
  readonly kernel: KernelChoice;
}

/** What the losses of a batch against itself (and a memory) are made of, one value an anchor. */
export interface AnchorTerms {
  /** Equations 1 and 2, `[N]`, in nats. */
  readonly logSumAll: Tensor1D;
  readonly logSumSame: Tensor1D;
  /** Same-class candidates of each anchor, itself excluded, `[N]`; constant. */
  readonly sameCount: Tensor1D;
  /** 1 where an anchor has a same-class candidate, 0 for a lone anchor; constant. */
  readonly hasSame: Tensor1D;
  /** Candidates of each anchor, itself excluded. */
  readonly candidates: number;
}

/** Candidates and their labels: the batch itself, then the memory. */
function withMemory(
  x: Tensor2D,
  ids: Tensor1D,
  { memory, distance, kernel }: Omit<AnchorTermsOptions, 'temperature'>,
) {
  if (memory === undefined) return { candidates: x, candidateLabels: ids };
  const past = featureRows(memory.features, 'memory.features');
  if (past.shape[1] !== x.shape[1]) {
    throw new Error(
      `Expected memory.features to have ${x.shape[1]} features a sample, as the batch has, but ` +
        `got ${past.shape[1]}.`,
    );
  }
  const pastIds = classIds(memory.labels, past.shape[0], 'memory.labels');
  return {
    candidates: concat([x, embed(past, distance, kernel)], 0),
    candidateLabels: concat([ids, pastIds]),
  };
}

/** The output of the operation for a batch against itself (and a memory). */
export interface BatchSums {
  /** `[5, N]`. */
  readonly sums: Tensor2D;
  /** Candidates of each anchor, itself excluded. */
  readonly candidates: number;
}

/** @throws Error where the two arguments have changed places: features of rank 1, labels of rank 2. */
function assertLabelsFirst(labels: Tensor | TensorLike, features: Tensor | TensorLike): void {
  if (!(labels instanceof Tensor && features instanceof Tensor)) return;
  if (features.rank !== 1 || labels.rank !== 2 || labels.shape[1] === 1) return;
  throw new Error(
    `Expected features of shape [batch, ...], but got shape [${features.shape}], and labels of ` +
      `shape [${labels.shape}]. Labels come first; a single feature a sample has shape [batch, 1].`,
  );
}

/**
 * The log sums of each sample of a batch. Call it in a tidy.
 *
 * @throws Error if labels, features and memory do not fit together.
 */
export function batchSums(
  labels: Tensor | TensorLike,
  features: Tensor | TensorLike,
  { temperature, distance, memory, kernel }: AnchorTermsOptions,
): BatchSums {
  const rows = featureRows(features, 'features');
  const n = rows.shape[0];
  assertLabelsFirst(labels, features);
  const ids = classIds(labels, n);
  const anchors = embed(rows, distance, kernel);
  const all = withMemory(anchors, ids, { memory, distance, kernel });
  const sums = neighborLogSums(
    {
      anchors,
      anchorLabels: ids,
      ...all,
      temperature: embedTemperature(temperature, distance),
    },
    { selfOffset: 0, kernel },
  );
  return { sums, candidates: all.candidates.shape[0] - 1 };
}

/** The terms of the loss for each sample. Call it in a tidy. */
export function anchorTerms({ sums, candidates }: BatchSums): AnchorTerms {
  const [, n] = sums.shape;
  const row = (index: number): Tensor1D => reshape(slice(sums, [index, 0], [1, n]), [n]);
  const sameCount = detach(() => row(SAME_COUNT));
  return {
    logSumAll: row(LOG_SUM_ALL),
    logSumSame: row(LOG_SUM_SAME),
    sameCount,
    hasSame: detach(() => cast(greater<Tensor1D>(sameCount, 0), 'float32')),
    candidates,
  };
}
