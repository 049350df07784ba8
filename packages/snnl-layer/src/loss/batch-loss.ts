import {
  add,
  cast,
  concat,
  customGrad,
  div,
  engine,
  exp,
  type GradSaveFunc,
  getBackend,
  greater,
  keep,
  log,
  maximum,
  mul,
  type NamedTensorMap,
  neg,
  reshape,
  type Scalar,
  scalar,
  slice,
  sub,
  sum,
  Tensor,
  type Tensor1D,
  type Tensor2D,
  type TensorLike,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  BATCH_LOSS,
  BATCH_LOSS_GRAD,
  LOG_SUM_ALL,
  LOG_SUM_SAME,
  LOSS_ANCHOR_SUMS,
  NEAREST_ALL,
  NEAREST_SAME,
  REDUCED_LOSS,
  RELATIVE_ALL,
  RELATIVE_SAME,
  SAME_COUNT,
} from '../operation/contract';
import {
  hasKernel,
  type KernelChoice,
  type KernelKind,
  resolveKernel,
} from '../operation/kernel-choice';
import {
  anchorGradient,
  differentiableOnce,
  logSums,
  type Operation,
  temperatureGradient,
} from '../operation/neighbor-log-sums';
import {
  type Distance,
  embed,
  embedGradient,
  embedTemperature,
  temperatureFactor,
} from './distance';
import { featureRows } from './features';
import type { LabelOrigin, Labels } from './label-values';
import { batchIds } from './labels';
import { type Temperature, temperatureScalar } from './temperature';

/** `mean` over anchors that have a same-class candidate, their `sum`, or `none`: one per anchor. */
export type Reduction = 'mean' | 'sum' | 'none';

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
  readonly kernel: KernelChoice;
  /** Whose labels they are, for messages; default the argument of a function. */
  readonly origin?: LabelOrigin;
}

/**
 * A loss as a function of the sums of its anchors `[9, N]`: its value for each anchor in nats, and its
 * slopes dL/dA and dL/dB.
 */
interface AnchorLoss {
  values(sums: Tensor2D, temperature: Scalar): Tensor1D;
  slopes(sums: Tensor2D): [ofAll: Tensor1D, ofSame: Tensor1D];
  /** What the sum is divided by for a mean. */
  count(sums: Tensor2D): Tensor | number;
}

const row = (sums: Tensor2D, index: number): Tensor1D =>
  reshape(slice(sums, [index, 0], [1, -1]), [sums.shape[1]]);

/** 1 where an anchor has a same-class candidate, 0 for a lone anchor. */
const hasSame = (sums: Tensor2D): Tensor1D =>
  cast(greater<Tensor1D>(row(sums, SAME_COUNT), 0), 'float32');

/** Equation 3, over the anchors that are not lone. */
const exactLoss: AnchorLoss = {
  values(sums, temperature) {
    const relative = sub(row(sums, RELATIVE_ALL), row(sums, RELATIVE_SAME));
    const apart = sub(row(sums, NEAREST_SAME), row(sums, NEAREST_ALL));
    // Multiplying, not selecting, lets the NaN of a lone anchor through.
    return mul(add(relative, div(apart, temperature)), hasSame(sums));
  },
  slopes(sums) {
    const counted = hasSame(sums);
    return [counted, neg(counted)];
  },
  count: (sums) => maximum(sum(hasSame(sums)), 1),
};

/** -log(exp(B) / (exp(A) + eps) + eps), over all anchors. */
function stabilizedLoss(epsilon: number): AnchorLoss {
  const parts = (sums: Tensor2D) => {
    const all = exp(row(sums, LOG_SUM_ALL));
    const same = mul(exp(row(sums, LOG_SUM_SAME)), hasSame(sums));
    const share = div<Tensor1D>(same, add(all, epsilon));
    return { all, share };
  };
  return {
    values: (sums) => neg(log(add<Tensor1D>(parts(sums).share, epsilon))),
    slopes(sums) {
      const { all, share } = parts(sums);
      const ofSame = neg(div<Tensor1D>(share, add(share, epsilon)));
      return [mul(neg(ofSame), div(all, add(all, epsilon))), ofSame];
    },
    count: (sums) => sums.shape[1],
  };
}

/** How the sums of a batch become its loss, and the gradient of that what the operation takes. */
interface LossOfSums {
  value(sums: Tensor2D, temperature: Scalar): Tensor;
  /** `[6, N]`, from the gradient of the value. */
  anchorSums(sums: Tensor2D, dy: Tensor): Tensor2D;
}

function composedLoss(loss: AnchorLoss, reduction: Reduction): LossOfSums {
  const share = (sums: Tensor2D, values: Tensor) =>
    reduction === 'mean' ? div(values, loss.count(sums)) : values;
  return {
    value(sums, temperature) {
      const values = loss.values(sums, temperature);
      return reduction === 'none' ? values : share(sums, sum(values));
    },
    anchorSums(sums, dy) {
      const n = sums.shape[1];
      const upstream = share(sums, dy);
      const slopes = loss.slopes(sums).map((slope) => reshape(mul(slope, upstream), [1, n]));
      return concat([slice(sums, [NEAREST_ALL, 0], [4, n]), ...slopes] as Tensor2D[], 0);
    },
  };
}

function fusedLoss(reduction: Reduction): LossOfSums {
  const attrs = { mean: reduction === 'mean' };
  return {
    value: (sums, temperature) =>
      engine().runKernel(REDUCED_LOSS, { sums, temperature }, attrs) as Scalar,
    anchorSums: (sums, dy) => engine().runKernel(LOSS_ANCHOR_SUMS, { sums, dy }, attrs) as Tensor2D,
  };
}

function lossOfSums(reduction: Reduction, epsilon: number, kind: KernelKind): LossOfSums {
  if (epsilon > 0) return composedLoss(stabilizedLoss(epsilon), reduction);
  if (reduction !== 'none' && hasKernel(REDUCED_LOSS, kind)) return fusedLoss(reduction);
  return composedLoss(exactLoss, reduction);
}

/** The loss if all samples were equally far apart, equation 9: a mean over anchors, in nats. */
function chanceOf(sums: Tensor2D, candidates: number): Scalar {
  const sameCount = maximum(row(sums, SAME_COUNT), 1);
  const chances = log(div(Math.max(candidates, 1), sameCount));
  return div(sum(mul(chances, hasSame(sums))), exactLoss.count(sums));
}

/** How many samples there are; 0 where the features are of no shape, which is told later. */
const samplesOf = (features: Tensor | TensorLike): number =>
  features instanceof Tensor
    ? (features.shape[0] ?? 0)
    : ((features as ArrayLike<unknown>)?.length ?? 0);

/** The features of the memory, as wide as those of the batch. */
function memoryRows({ features }: Memory, width: number): Tensor2D {
  const past = featureRows(features, 'memory.features');
  if (past.shape[1] === width) return past;
  throw new Error(
    `Expected memory.features to have ${width} features a sample, as the batch has, but got ` +
      `${past.shape[1]}.`,
  );
}

/** A batch as the kernels take it. */
interface Batch {
  /** `[N, D]` */
  readonly x: Tensor2D;
  /** int32 `[N]` */
  readonly ids: Tensor1D;
  /** Of squared Euclidean distances, of unit rows for `cosine`. */
  readonly temperature: Scalar;
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
function stepwiseRoad(distance: Distance, form: LossOfSums, kind: KernelKind): Road {
  const operation = ({ ids, temperature }: Batch, kept: Tensor[]): Operation => {
    const [anchors, candidates = anchors, candidateLabels = ids] = kept as Stepwise;
    const inputs = { anchors, anchorLabels: ids, candidates, candidateLabels, temperature };
    return { inputs, selfOffset: 0, kind };
  };
  return {
    forward(batch, past) {
      const anchors = embed(batch.x, distance, kind);
      const kept: Stepwise =
        past === undefined
          ? [anchors]
          : [anchors, concat([anchors, past.features], 0), concat([batch.ids, past.ids])];
      const sums = logSums(operation(batch, kept as Tensor[]));
      return [form.value(sums, batch.temperature), sums, ...(kept as Tensor[])];
    },
    gradient(batch, dy, sums, kept) {
      const gradient = anchorGradient(operation(batch, kept), form.anchorSums(sums, dy));
      return embedGradient(batch.x, gradient, distance, kind);
    },
  };
}

/** What it keeps: candidates only where they are not the anchors. */
type Stepwise = [anchors: Tensor2D, candidates?: Tensor2D, candidateLabels?: Tensor1D];

const poisoned = (temperature: Scalar, poison: Scalar | undefined): Scalar =>
  poison === undefined ? temperature : add(temperature, poison);

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
  const { temperature, distance, reduction, epsilon, memory, kernel, origin } = options;
  const rows = featureRows(features, 'features');
  const [n, d] = rows.shape;
  const candidates = n + (memory === undefined ? 0 : samplesOf(memory.features));
  const kind = resolveKernel(kernel, getBackend(), { anchors: n, candidates, features: d });
  const form = lossOfSums(reduction, epsilon, kind);
  const isWhole = memory === undefined && epsilon === 0 && reduction !== 'none';
  const road =
    isWhole && hasKernel(BATCH_LOSS, kind)
      ? kernelRoad(distance, reduction)
      : stepwiseRoad(distance, form, kind);
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
    );
    const past = remembered &&
      memoryIds && { features: embed(remembered, distance, kind), ids: memoryIds };
    const given = poisoned(embedTemperature(learned[0] ?? temperature, distance), poison);
    const [value, sums, ...kept] = road.forward({ x, ids, temperature: given }, past);
    onChance?.(keep(chanceOf(sums, n + (past?.ids.size ?? 0) - 1)));
    // A number makes the temperature of the gradient anew, a kernel record less than saving it.
    const isNumber = typeof temperature === 'number' && poison === undefined;
    save([x, ids, sums, ...kept, ...(isNumber ? [] : [given])]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [x, ids, sums, ...rest] = saved as [Tensor2D, Tensor1D, Tensor2D, ...Tensor[]];
      const kept = isNumber ? rest : rest.slice(0, -1);
      const t = isNumber ? embedTemperature(temperature, distance) : (rest.at(-1) as Scalar);
      const once = <T extends Tensor>(gradient: () => T) =>
        differentiableOnce([...(args.slice(0, -1) as Tensor[]), dy], gradient);
      const ofFeatures = once(() => road.gradient({ x, ids, temperature: t }, dy, sums, kept));
      if (learned.length === 0) return [ofFeatures];
      const ofTemperature = once(() =>
        mul(temperatureGradient(t, form.anchorSums(sums, dy), sums), temperatureFactor(distance)),
      );
      return [ofFeatures, ofTemperature];
    };
    return { value, gradFunc };
  })(rows, ...learned);
}
