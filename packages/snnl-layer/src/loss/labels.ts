import {
  abs,
  add,
  argMax,
  cast,
  engine,
  equal,
  fill,
  getBackend,
  max,
  mul,
  reshape,
  type Scalar,
  scalar,
  sqrt,
  sub,
  Tensor,
  type Tensor1D,
  tensor1d,
  where,
} from '@tensorflow/tfjs-core';
import { assertAlive, MISSING_LABEL } from '../operation/contract';
import { moveHere, valuesOf } from '../operation/host/tensor-io';
import type { KernelKind } from '../operation/kernel-choice';
import {
  arraySet,
  assertLabelShape,
  type ClassId,
  comparableIds,
  encodeSets,
  FLOAT32_LIMIT,
  type IgnoredClass,
  isPlain,
  type LabelOrigin,
  type LabelSet,
  type Labels,
  labelSet,
  shapeOf,
} from './label-values';

/** Backends on which tfjs itself (concat, slice, equal) moves int32 through float32. */
const FLOAT_BACKENDS: ReadonlySet<string> = new Set(['webgl', 'webgpu']);

/** Labels of so many samples. */
interface LabelSource {
  readonly labels: Labels;
  readonly samples: number;
  readonly origin: LabelOrigin;
  /** The class of samples without a label. */
  readonly ignore: IgnoredClass | undefined;
}

/** @throws Error if a tensor of labels is gone, or its shape or type is that of no labels. */
function assertTensor(labels: Tensor, { samples, origin }: LabelSource): void {
  assertAlive(labels, origin.name);
  if (labels.dtype === 'string' || labels.dtype === 'complex64') {
    throw new Error(
      `Expected ${origin.name} to be class ids, but got a ${labels.dtype} tensor. Names of classes ` +
        'are given as a plain array, or numbered for a tensor: encodeLabels(names).ids.',
    );
  }
  assertLabelShape(labels.shape, origin, samples);
}

/** Labels whose values are on the CPU; undefined for those that lie on a device alone. */
function hostSet(source: LabelSource): LabelSet | undefined {
  const { labels, samples, origin, ignore } = source;
  if (!(labels instanceof Tensor)) return arraySet(labels, origin, samples, ignore);
  assertTensor(labels, source);
  const values = labels.size === 0 ? [] : hostValues(labels);
  return values && labelSet(values, labels.shape, origin, ignore);
}

/** The labels of a layer: where it has them from, and whether they have been seen to be labels. */
export class LayerLabels implements LabelOrigin {
  readonly intro: string;
  readonly remedy: string;
  /** Whether a batch that lies on the device has been read, which makes a graphics card wait. */
  wasRead = false;

  constructor(
    layer: string,
    readonly name: 'the target' | 'the second input',
  ) {
    const isTarget = name === 'the target';
    const origin = isTarget ? 'the target of the compiled loss' : 'its second input';
    this.intro = `Layer '${layer}' takes its labels from ${origin}.`;
    this.remedy = isTarget
      ? 'If the target is not a class label, as in an autoencoder, give the layer its labels as a ' +
        'second input: layer.apply([features, labels]).'
      : 'The inputs are layer.apply([features, labels]), in this order.';
  }
}

const ARGUMENT: LabelOrigin = {
  name: 'labels',
  remedy: 'Labels are the first argument, features the second.',
};

/** tfjs reads a tensor at once on `webgpu` only by way of a canvas. */
const canRead = (): boolean => getBackend() !== 'webgpu' || 'OffscreenCanvas' in globalThis;

/** Ids of a batch and of its memory, which can be compared on the current backend. */
export interface BatchIds {
  /** int32 `[batch]`; the reserved id of the contract for samples without a label. */
  readonly ids: Tensor1D;
  /** int32 `[samples]` of the memory, undefined where there is none. */
  readonly memoryIds: Tensor1D | undefined;
  /** 0, or NaN where ids lie on the device alone, too large for it; undefined where none can be. */
  readonly poison: Scalar | undefined;
}

/**
 * Class ids of a batch and its memory as tensors, fit to be compared on the current backend. Values on
 * the CPU are checked, and no kernel runs for them; what lies on a device alone stays there, and is
 * read only once for a layer. Call it off the gradient tape.
 *
 * @param origin Whose labels those of the batch are.
 * @param ignore The class of samples without a label.
 * @throws Error if labels are none, or not one a sample.
 */
export function batchIds(
  labels: Labels,
  batch: number,
  memory: { readonly labels: Labels; readonly samples: number; readonly name?: string } | undefined,
  kind: KernelKind,
  origin: LabelOrigin = ARGUMENT,
  ignore?: IgnoredClass,
): BatchIds {
  const sources: LabelSource[] = [{ labels, samples: batch, origin, ignore }];
  if (memory !== undefined && memory.samples > 0)
    sources.push({ ...memory, origin: { name: memory.name ?? 'memory.labels' }, ignore });
  let sets = sources.map(hostSet);
  const isOnDevice = sets.includes(undefined);
  const isFirst = isOnDevice && origin instanceof LayerLabels && !origin.wasRead && canRead();
  // Ids on the CPU that are to be numbered anew need those on the device to be numbered with.
  if (isFirst || (isOnDevice && !sets.every((set) => set === undefined || isPlain(set)))) {
    sets = sources.map((source, k) => sets[k] ?? readSet(source));
  }
  const known = sets.filter((set) => set !== undefined);
  const written = comparableIds(known).map((ids) => tensor1d(ids, 'int32'));
  if (isFirst) origin.wasRead = true;
  const poisons: Scalar[] = [];
  const [ids, memoryIds] = sources.map((source, k) => {
    const set = sets[k];
    if (set !== undefined) return written[known.indexOf(set)] as Tensor1D;
    const onDevice = deviceIds(source);
    // Fused kernels take ids as they lie on the device, or give NaN for those that are too large.
    if (FLOAT_BACKENDS.has(getBackend()) && !(kind === 'fused' && sources.length === 1))
      poisons.push(rangePoison(onDevice, ignore));
    return onDevice;
  }) as [Tensor1D, Tensor1D?];
  const poison = poisons.length === 0 ? undefined : poisons.reduce((a, b) => add(a, b));
  return { ids, memoryIds, poison };
}

const readSet = ({ labels, origin, ignore }: LabelSource): LabelSet =>
  labelSet((labels as Tensor).dataSync(), (labels as Tensor).shape, origin, ignore);

/** int32 `[batch]`, a tensor of its own, made by the device. */
function deviceIds({ labels, samples, ignore }: LabelSource): Tensor1D {
  const given = labels as Tensor;
  moveHere(given);
  const isRows = given.rank === 2 && given.shape[1] !== 1;
  const column = given.rank === 1 || isRows ? given : reshape(given, [samples]);
  const ids: Tensor1D = isRows
    ? argMax(given, 1)
    : ((column.dtype === 'int32' ? column.clone() : cast(column, 'int32')) as Tensor1D);
  return ignore === undefined ? ids : withoutIgnored(ids, ignore, isRows ? given : undefined);
}

/** `ids` with the reserved one for samples of the class `ignore`, or whose one-hot row is 0. */
function withoutIgnored(ids: Tensor1D, ignore: IgnoredClass, rows: Tensor | undefined): Tensor1D {
  const isInt32 = typeof ignore === 'number' && Math.abs(ignore) < 2 ** 31;
  const ignored = isInt32 ? [equal(ids, scalar(ignore, 'int32'))] : [];
  if (rows) ignored.push(equal(max(cast(rows, 'float32'), 1), 0));
  return ignored.reduce<Tensor1D>(
    (left, isIgnored) =>
      where(isIgnored, fill(ids.shape, MISSING_LABEL, 'int32'), left) as Tensor1D,
    ids,
  );
}

/** 0, or NaN where an id is too large for float32. */
function rangePoison(ids: Tensor1D, ignore: IgnoredClass | undefined): Scalar {
  const sizes = abs(cast(ids, 'float32'));
  // The reserved id is a power of two, which float32 has.
  const size = ignore === undefined ? sizes : where(equal(sizes, -MISSING_LABEL), 0, sizes);
  return mul(sqrt(sub(FLOAT32_LIMIT - 1, max(size))), 0);
}

/**
 * Reads labels of some sets of samples, checks them, and numbers their classes together.
 *
 * @param sources Labels as the loss takes them, how many samples they are for, what messages call them,
 *   and the class of samples without a label.
 * @returns Positions in `classes`, one array for each source, and the classes, sorted. Where
 *   `ignoreClass` is given, `isLabelled` tells which are positions.
 * @throws Error if labels are none, or not one a sample.
 */
export async function readLabels(
  ...sources: {
    readonly labels: Labels;
    readonly samples: number;
    readonly name: string;
    readonly ignoreClass?: IgnoredClass | undefined;
  }[]
): Promise<{ readonly ids: Int32Array[]; readonly classes: ClassId[] }> {
  const sets = sources.map(async ({ labels, samples, name, ignoreClass }) => {
    const origin = { name };
    if (!(labels instanceof Tensor)) return arraySet(labels, origin, samples, ignoreClass);
    assertTensor(labels, { labels, samples, origin, ignore: ignoreClass });
    return labelSet(await labels.data(), labels.shape, origin, ignoreClass);
  });
  return encodeSets(await Promise.all(sets));
}

/**
 * @throws Error where labels and features have changed places, as far as their shapes tell, or there
 *   are labels without features.
 */
export function assertLabelsFirst(labels: Labels, features: unknown): void {
  const [ofLabels, ofFeatures] = [shapeOf(labels), shapeOf(features)];
  const wide = ofLabels.length === 2 && ofLabels[1] !== 1 && ofFeatures.length === 1;
  const narrow = ofFeatures.length === 1 || (ofFeatures.length === 2 && ofFeatures[1] === 1);
  const deep = ofLabels.length > 2 && narrow;
  // The values of no samples are looked at nowhere.
  if (ofFeatures[0] === 0) assertLabelShape(ofLabels, ARGUMENT, 0);
  if (!wide && !deep) return;
  throw new Error(
    `Expected features of shape [batch, ...], but got shape [${ofFeatures}], and labels of ` +
      `shape [${ofLabels}]. Labels come first; a single feature a sample has shape [batch, 1].`,
  );
}

/** What was written to tensors before the backend moved them to the device, by data id. */
const seen = new WeakMap<object, ArrayLike<number>>();

/** The parts of tfjs's backends for devices that hold what has not been moved there. */
interface DeviceBackend {
  readonly texData?: DataById;
  readonly tensorMap?: DataById;
  /** Of `tensorflow`, which may run on the CPU. */
  readonly isUsingGpuDevice?: boolean;
}
interface DataById {
  get(dataId: object): { readonly values?: ArrayLike<number> | null } | undefined;
}

/**
 * The values of a tensor if they can be had without reading a device, now or at an earlier call; good
 * until the backend makes another tensor.
 */
function hostValues(tensor: Tensor): ArrayLike<number> | undefined {
  const { dataId } = tensor;
  const { backend } = engine().state.tensorInfo.get(dataId) ?? {};
  if (backend === undefined) return undefined;
  const { texData, tensorMap = texData, isUsingGpuDevice } = backend as DeviceBackend;
  if (tensorMap === undefined || isUsingGpuDevice === false) return valuesOf(backend, tensor);
  const values = tensorMap.get(dataId)?.values;
  if (values != null) seen.set(dataId, values);
  return values ?? seen.get(dataId);
}
