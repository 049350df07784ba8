import {
  addN,
  concat,
  customGrad,
  engine,
  type GradSaveFunc,
  getBackend,
  keep,
  mul,
  type NamedTensorMap,
  type Scalar,
  scalar,
  sum,
  Tensor,
  type Tensor1D,
  type Tensor2D,
  type TensorLike,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';
import { labelMask, ofLabelled } from '../operation/composed/labelled';
import { BATCH_LOSS, BATCH_LOSS_GRAD } from '../operation/contract';
import { hasKernel, type KernelKind, resolveKernel } from '../operation/kernel-choice';
import {
  anchorGradient,
  differentiableOnce,
  logSums,
  type Operation,
  temperatureGradient,
} from '../operation/neighbor-log-sums';
import { type BatchLossOptions, memoryRows, samplesOf } from './batch-options';
import {
  type Distance,
  embed,
  embedGradient,
  embedTemperature,
  temperatureFactor,
  temperatureScalar,
} from './distance';
import { featureRows } from './features';
import { groupLoss } from './group-loss';
import type { IgnoredClass, Labels } from './label-values';
import { batchIds } from './labels';
import { chanceOf, type LossOfSums, lossOfSums, type Reduction } from './loss-of-sums';

/** A batch as the kernels take it. */
interface Batch {
  /** `[N, D]` */
  readonly x: Tensor2D;
  /** int32 `[N]` */
  readonly ids: Tensor1D;
  /** Of squared Euclidean distances, of unit rows for `cosine`. */
  readonly temperature: Scalar;
  /** float32 `[N]` */
  readonly weights: Tensor1D | undefined;
}

/** Embedded features and class ids of the memory. */
interface Past {
  readonly features: Tensor2D;
  readonly ids: Tensor1D;
}

/** A road from a batch to its loss and back. */
interface Road {
  /** The loss, the sums `[9, N]`, and what else the gradient needs: each is a kernel record of a step. */
  forward(batch: Batch, past: Past | undefined): [value: Tensor, sums: Tensor2D, ...kept: Tensor[]];
  /** For the features `[N, D]`, from the gradient of the value. */
  gradient(batch: Batch, dy: Tensor, sums: Tensor2D, kept: Tensor[]): Tensor2D;
}

/** One kernel each way, from features to loss. */
function kernelRoad(distance: Distance, reduction: Reduction): Road {
  const attrs = { cosine: distance === 'cosine', mean: reduction === 'mean' };
  const run = (name: string, { x, ids, temperature }: Batch, more: NamedTensorMap) =>
    engine().runKernel(name, { features: x, labels: ids, temperature, ...more }, attrs);
  return {
    forward: (batch) => run(BATCH_LOSS, batch, {}) as [Scalar, Tensor2D, ...Tensor[]],
    gradient: (batch, dy, sums, [residual]) =>
      run(BATCH_LOSS_GRAD, batch, { sums, dy, ...(residual && { residual }) }) as Tensor2D,
  };
}

/** Embedding, operation and loss, one after the other. */
function stepwiseRoad(
  { distance, ignoreClass }: BatchLossOptions,
  form: LossOfSums,
  kind: KernelKind,
): Road {
  const operation = ({ ids, temperature }: Batch, kept: Tensor[]): Operation => {
    const [anchors, candidates = anchors, candidateLabels = ids] = kept as Stepwise;
    const inputs = { anchors, anchorLabels: ids, candidates, candidateLabels, temperature };
    return { inputs, selfOffset: 0, oneBatch: true, kind };
  };
  return {
    forward(batch, past) {
      const anchors = embed(batch.x, distance, kind);
      const kept: Stepwise =
        past === undefined
          ? [anchors]
          : [anchors, concat([anchors, past.features], 0), concat([batch.ids, past.ids])];
      const sums = logSums(operation(batch, kept as Tensor[]));
      return [form.value(sums, batch), sums, ...(kept as Tensor[])];
    },
    gradient(batch, dy, sums, kept) {
      const gradient = anchorGradient(operation(batch, kept), form.anchorSums(sums, dy, batch));
      const ofFeatures = embedGradient(batch.x, gradient, distance, kind);
      // What makes a row of length 1 would pass on what stands in a sample that is left out.
      return ignoreClass === undefined ? ofFeatures : ofLabelled(batch.ids, ofFeatures);
    },
  };
}

/** What it keeps: candidates only where they are not the anchors. */
type Stepwise = [anchors: Tensor2D, candidates?: Tensor2D, candidateLabels?: Tensor1D];

/** How many samples of some sets have a label. */
function countOf(sets: readonly Tensor1D[], ignoreClass: IgnoredClass | undefined) {
  if (ignoreClass === undefined) return sets.reduce((total, { size }) => total + size, 0);
  return addN(sets.map((ids) => sum(labelMask(ids))));
}

/**
 * The loss of a batch against itself (and a memory): the one road of function, layer and metric from
 * labels and features to a loss. Call it in a tidy.
 *
 * One custom gradient spans it all, so that a step records a handful of kernels, and no more than the
 * loss is differentiated: once.
 *
 * @param labels As for softNearestNeighborLoss.
 * @param features float32 `[batch, ...]`.
 * @param onChance Called with the chance level of the batch, a scalar in nats that the callee owns;
 *   computed only where it is asked for.
 * @returns Scalar, or `[batch]` where `reduction` is `none`; in nats.
 * @throws Error if labels, features and memory do not fit together.
 * @see docs/math.md eq. 3, 5, 6 and 9.
 */
export function batchLoss(
  labels: Labels,
  features: Tensor | TensorLike,
  options: BatchLossOptions,
  onChance?: (chance: Scalar) => void,
): Tensor {
  const { temperature, distance, reduction, epsilon, memory, kernel, origin, ignoreClass } =
    options;
  if (options.group !== undefined && options.group.size > 1)
    return groupLoss(options.group, labels, features, options, onChance);
  const isWeighted = options.weights !== undefined;
  const rows = featureRows(features, 'features');
  const [n, d] = rows.shape;
  const candidates = n + (memory === undefined ? 0 : samplesOf(memory.features));
  const kind = resolveKernel(kernel, getBackend(), { anchors: n, candidates, features: d });
  const form = lossOfSums(reduction, epsilon, kind, isWeighted);
  const isWhole = memory === undefined && epsilon === 0 && reduction !== 'none' && !isWeighted;
  const road =
    isWhole && hasKernel(BATCH_LOSS, kind)
      ? kernelRoad(distance, reduction)
      : stepwiseRoad(options, form, kind);
  // A number is no input of the custom gradient: no gradient is made for it.
  const learned = temperature instanceof Tensor ? [temperatureScalar(temperature)] : [];
  return customGrad((...args) => {
    const x = args[0] as Tensor2D;
    const save = args.at(-1) as GradSaveFunc;
    if (n === 0) {
      // Some backends sum no values to what the memory held before, or cannot make an empty tensor.
      onChance?.(keep(scalar(0)));
      return {
        value: reduction === 'none' ? tensor1d([], 'float32') : scalar(0),
        gradFunc: () => [x, ...learned].map((input) => zeros(input.shape)),
      };
    }
    const remembered = memory && memoryRows(memory, x.shape[1]);
    const { ids, memoryIds, poison } = batchIds(
      labels,
      n,
      memory && remembered && { labels: memory.labels, samples: remembered.shape[0] },
      kind,
      origin,
      ignoreClass,
    );
    const past = remembered &&
      memoryIds && { features: embed(remembered, distance, kind), ids: memoryIds };
    const weights = options.weights?.();
    const given = embedTemperature(learned[0] ?? temperature, distance, poison);
    const [value, sums, ...kept] = road.forward({ x, ids, temperature: given, weights }, past);
    const sets = past === undefined ? [ids] : [ids, past.ids];
    onChance?.(keep(chanceOf(sums, countOf(sets, ignoreClass), weights)));
    // A number makes the temperature of the gradient anew, a kernel record less than saving it.
    const isNumber = typeof temperature === 'number' && poison === undefined;
    const ofAnchors = weights === undefined ? [] : [weights];
    save([x, ids, sums, ...ofAnchors, ...kept, ...(isNumber ? [] : [given])]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [x, ids, sums, ...rest] = saved as [Tensor2D, Tensor1D, Tensor2D, ...Tensor[]];
      const weights = isWeighted ? (rest.shift() as Tensor1D) : undefined;
      const kept = isNumber ? rest : rest.slice(0, -1);
      const t = isNumber ? embedTemperature(temperature, distance) : (rest.at(-1) as Scalar);
      const batch = { x, ids, temperature: t, weights };
      const once = <T extends Tensor>(gradient: () => T) =>
        differentiableOnce([...(args.slice(0, -1) as Tensor[]), dy], gradient);
      const ofFeatures = once(() => road.gradient(batch, dy, sums, kept));
      if (learned.length === 0) return [ofFeatures];
      const ofTemperature = once(() =>
        mul(
          temperatureGradient(t, form.anchorSums(sums, dy, batch), sums),
          temperatureFactor(distance),
        ),
      );
      return [ofFeatures, ofTemperature];
    };
    return { value, gradFunc };
  })(rows, ...learned);
}
