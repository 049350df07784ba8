import {
  customGrad,
  div,
  type GradSaveFunc,
  getBackend,
  keep,
  mul,
  type Scalar,
  scalar,
  Tensor,
  type Tensor1D,
  type Tensor2D,
  type TensorLike,
  tensor1d,
  tensor2d,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import { ofLabelled } from '../operation/composed/labelled';
import { isLabelled } from '../operation/contract';
import { resolveKernel } from '../operation/kernel-choice';
import {
  anchorGradient,
  differentiableOnce,
  logSums,
  type Operation,
  temperatureGradient,
} from '../operation/neighbor-log-sums';
import type { BatchLossOptions } from './batch-options';
import {
  embed,
  embedGradient,
  embedTemperature,
  temperatureFactor,
  temperatureScalar,
} from './distance';
import { featureRows } from './features';
import type { Group } from './group';
import { FLOAT32_LIMIT, type Labels } from './label-values';
import { batchIds } from './labels';
import { lossOfSums } from './loss-of-sums';

/** Where the rows of a rank stand among those of all. */
interface Share {
  readonly counts: readonly number[];
  /** M, of all ranks. */
  readonly total: number;
  /** Of this rank's first row. */
  readonly offset: number;
  /** This rank's part of the rows. */
  readonly weight: number;
}

function shareOf(group: Group, rows: number): Share {
  const ones = Array.from({ length: group.size }, () => 1);
  const counts = [...group.allGather(Int32Array.of(rows), ones)];
  const sum = (some: readonly number[]) => some.reduce((total, count) => total + count, 0);
  const total = sum(counts);
  return { counts, total, offset: sum(counts.slice(0, group.rank)), weight: rows / total };
}

/** Rows of all ranks, from those of this one. */
const gatherRows = <T extends Float32Array | Int32Array>(
  group: Group,
  { counts }: Share,
  rows: T,
  width: number,
): T =>
  group.allGather(
    rows,
    counts.map((count) => count * width),
  );

/** Features `[M, D]` and ids `[M]` of all ranks, in one message: an id follows its row, bit by bit. */
function gatherSamples(group: Group, share: Share, x: Tensor2D, ids: Tensor1D) {
  const [n, d] = x.shape;
  const width = d + 1;
  const [features, labels] = [x.dataSync(), ids.dataSync()];
  const words = new Int32Array(n * width);
  const floats = new Float32Array(words.buffer);
  for (let i = 0; i < n; i++) {
    floats.set(features.subarray(i * d, (i + 1) * d), i * width);
    words[i * width + d] = labels[i] as number;
  }
  const allWords = gatherRows(group, share, words, width);
  const allFloats = new Float32Array(allWords.buffer);
  const all = new Float32Array(share.total * d);
  const allIds = new Int32Array(share.total);
  for (let i = 0; i < share.total; i++) {
    all.set(allFloats.subarray(i * width, i * width + d), i * d);
    allIds[i] = allWords[i * width + d] as number;
  }
  return { all: tensor2d(all, [share.total, d]), allIds };
}

/** How many anchors of all ranks are not lone, and the chance level, equation 9. */
function tally(ids: Int32Array): { anchors: number; chance: number } {
  const sizes = new Map<number, number>();
  for (const id of ids) if (isLabelled(id)) sizes.set(id, (sizes.get(id) ?? 0) + 1);
  const labelled = [...sizes.values()].reduce((total, size) => total + size, 0);
  const classes = [...sizes.values()].filter((size) => size > 1);
  const anchors = classes.reduce((total, size) => total + size, 0);
  const sum = classes.reduce((total, c) => total + c * Math.log((labelled - 1) / (c - 1)), 0);
  return { anchors, chance: anchors === 0 ? 0 : sum / anchors };
}

/** Other ids, and names, are numbered batch by batch, which each rank would do in its own way. */
function assertSharedIds(labels: Labels, ignored: unknown): void {
  const values =
    labels instanceof Tensor ? labels.dataSync() : Array.from(labels as ArrayLike<unknown>);
  for (const value of values) {
    if (value === ignored || typeof value === 'object' || typeof value === 'boolean') continue;
    if (typeof value === 'number' && Math.abs(value) < FLOAT32_LIMIT) continue;
    throw new Error(
      `Expected labels of a batch that is spread over a group to be class ids below 2^24, but got ` +
        `${String(value)}. Number the classes of the whole data set: encodeLabels(names).ids.`,
    );
  }
}

/**
 * The loss of a batch that is spread over the ranks of a group: each has rows of its own, as many as it
 * likes, and sees those of the others as candidates. All ranks call it together, and differentiate it
 * together.
 *
 * Forward, features and labels of all ranks are gathered; backward, the sums of all anchors, as equation 5
 * asks for those of the other side. No gradients travel.
 *
 * @returns This rank's part of the mean over the anchors of all ranks, divided by its part of the rows:
 *   averaged over ranks, weighted by rows, value and gradients are those of the whole batch.
 * @throws Error for what a spread batch cannot have: a memory, weights, `stabilityEpsilon`, another reduction.
 */
export function groupLoss(
  group: Group,
  labels: Labels,
  features: Tensor | TensorLike,
  options: BatchLossOptions,
  onChance?: (chance: Scalar) => void,
): Scalar {
  const { temperature, distance, kernel, origin, ignoreClass } = options;
  const { reduction, epsilon, memory, weights } = options;
  if (memory !== undefined || weights !== undefined || epsilon !== 0 || reduction !== 'mean') {
    throw new Error(
      "Expected a loss over a group to have the reduction 'mean', no memory, no weights and no " +
        'stabilityEpsilon, but got another. Leave the group out, or these.',
    );
  }
  const rows = featureRows(features, 'features');
  const [n, d] = rows.shape;
  const share = shareOf(group, n);
  const { total, offset, weight } = share;
  const kind = resolveKernel(kernel, getBackend(), { anchors: n, candidates: total, features: d });
  const form = lossOfSums('sum', 0, kind, false);
  const learned = temperature instanceof Tensor ? [temperatureScalar(temperature)] : [];
  return customGrad((...args) => {
    const x = args[0] as Tensor2D;
    const save = args.at(-1) as GradSaveFunc;
    assertSharedIds(labels, ignoreClass);
    const found = n === 0 ? undefined : batchIds(labels, n, undefined, kind, origin, ignoreClass);
    const ids = found?.ids ?? tensor1d([], 'int32');
    const anchors = n === 0 ? x : embed(x, distance, kind);
    const { all, allIds } = gatherSamples(group, share, anchors, ids);
    const given = embedTemperature(learned[0] ?? temperature, distance, found?.poison);
    const inputs = {
      anchors,
      anchorLabels: ids,
      candidates: all,
      candidateLabels: tensor1d(allIds, 'int32'),
      temperature: given,
    };
    const { anchors: counted, chance } = tally(allIds);
    onChance?.(keep(scalar(chance)));
    const count = Math.max(counted, 1);
    const sums =
      n === 0 ? zeros([9, 0]) : logSums({ inputs, selfOffset: offset, oneBatch: false, kind });
    const value =
      n === 0
        ? scalar(0)
        : div<Scalar>(form.value(sums as Tensor2D, { ids, temperature: given }), count * weight);
    save([x, ids, anchors, all, inputs.candidateLabels, given, sums]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [x, ids, anchors, candidates, candidateLabels, temperature, sums] = saved as Saved;
      const inputs = { anchors, anchorLabels: ids, candidates, candidateLabels, temperature };
      const operation: Operation = { inputs, selfOffset: offset, oneBatch: false, kind };
      const once = <T extends Tensor>(gradient: () => T) =>
        differentiableOnce([...(args.slice(0, -1) as Tensor[]), dy], gradient);
      // Those of the loss of all ranks; what is made of them is this rank's part of its gradient.
      const ownSums = () => form.anchorSums(sums, div(dy, count), { ids, temperature });
      const ofFeatures = once(() => {
        const mine = n === 0 ? undefined : ownSums();
        const own = mine ? transpose(mine).dataSync<'float32'>() : new Float32Array(0);
        const theirs = tensor2d(gatherRows(group, share, own, SUMS), [total, SUMS]);
        if (mine === undefined) return zeros(x.shape);
        const gradient = anchorGradient(operation, mine, transpose(theirs));
        const scaled = div<Tensor2D>(embedGradient(x, gradient, distance, kind), weight);
        return ignoreClass === undefined ? scaled : ofLabelled(ids, scaled);
      });
      if (learned.length === 0) return [ofFeatures];
      if (n === 0) return [ofFeatures, scalar(0)];
      const ofTemperature = once(() =>
        mul(
          temperatureGradient(temperature, ownSums(), sums),
          temperatureFactor(distance) / weight,
        ),
      );
      return [ofFeatures, ofTemperature];
    };
    return { value, gradFunc };
  })(rows, ...learned) as Scalar;
}

/** Rows of what the operation's gradient takes of each anchor. */
const SUMS = 6;

/** What the gradient needs. */
type Saved = [Tensor2D, Tensor1D, Tensor2D, Tensor2D, Tensor1D, Scalar, Tensor2D];
