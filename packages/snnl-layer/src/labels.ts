import {
  abs,
  add,
  argMax,
  cast,
  engine,
  getBackend,
  max,
  mul,
  reshape,
  type Scalar,
  sqrt,
  sub,
  Tensor,
  type Tensor1D,
  type TensorLike,
  tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { moveHere } from './host/tensor-io';
import type { KernelKind } from './kernel-choice';

/** Ids from here on are rounded where they pass through float32. */
const FLOAT_LIMIT = 2 ** 24;

/** Backends on which tfjs itself (concat, slice, equal) moves int32 through float32. */
const FLOAT_BACKENDS: ReadonlySet<string> = new Set(['webgl', 'webgpu']);

/** Class ids as an int32 tensor, so that ids above 2^24 are not rounded as floats. */
function idTensor(ids: ArrayLike<unknown>, name: string): Tensor {
  for (let i = 0; i < ids.length; i++) {
    if (!Number.isInteger(ids[i])) {
      throw new Error(`Expected ${name} to be integer class ids, but got ${ids[i]} at ${i}.`);
    }
  }
  return tensor1d(Int32Array.from(ids as ArrayLike<number>), 'int32');
}

function labelTensor(labels: Tensor | TensorLike, name: string): Tensor {
  if (labels instanceof Tensor) return labels;
  const flat = Array.isArray(labels) ? typeof labels[0] !== 'object' : ArrayBuffer.isView(labels);
  return flat ? idTensor(labels as ArrayLike<unknown>, name) : tensor(labels);
}

/**
 * Class ids of a batch. Call it off the gradient tape, as in a custom gradient.
 *
 * @param labels Class ids `[batch]` or `[batch, 1]`, or one-hot rows `[batch, classes]`, of which
 *   the largest entry counts. A tensor or nested arrays.
 * @param batch Number of samples that the labels must have.
 * @param name What the labels are called in error messages.
 * @returns int32 `[batch]`, a tensor of its own.
 * @throws Error if the shape is none of these, or ids in an array are not integers.
 */
export function classIds(labels: Tensor | TensorLike, batch: number, name = 'labels'): Tensor1D {
  const given = labelTensor(labels, name);
  moveHere(given);
  const { shape } = given;
  if (shape[0] !== batch || shape.length > 2) {
    throw new Error(
      `Expected ${name} to be class ids of shape [${batch}] or [${batch},1], or one-hot rows of ` +
        `shape [${batch},classes], one for each sample of the features, but got shape ` +
        `[${shape}].`,
    );
  }
  if (isOneHot(given)) return argMax(given, 1);
  const ids = shape.length === 1 ? given : reshape(given, [batch]);
  return (ids.dtype === 'int32' ? ids.clone() : cast(ids, 'int32')) as Tensor1D;
}

const isOneHot = ({ shape }: Tensor): boolean => shape.length === 2 && shape[1] !== 1;

/** Ids of a batch and of its memory, which can be compared on the current backend. */
export interface BatchIds {
  /** int32 `[batch]`. */
  readonly ids: Tensor1D;
  /** int32 `[samples]` of the memory, undefined where there is none. */
  readonly memoryIds: Tensor1D | undefined;
  /** 0, or NaN where ids lie on the device alone, too large for it; undefined where none can be. */
  readonly poison: Scalar | undefined;
}

/**
 * {@link classIds} of a batch and its memory, fit to be compared on the current backend: where one is
 * too large for a backend that moves int32 through float32, all are numbered anew, on the CPU. Call
 * it off the gradient tape.
 */
export function batchIds(
  labels: Tensor | TensorLike,
  batch: number,
  memory: { readonly labels: Tensor | TensorLike; readonly samples: number } | undefined,
  kind: KernelKind,
): BatchIds {
  const sources = [{ labels, samples: batch, name: 'labels' }];
  if (memory !== undefined && memory.samples > 0)
    sources.push({ ...memory, name: 'memory.labels' });
  const sets = sources.map((source) => classIds(source.labels, source.samples, source.name));
  const [ids, memoryIds] = sets as [Tensor1D, Tensor1D?];
  if (!FLOAT_BACKENDS.has(getBackend())) return { ids, memoryIds, poison: undefined };
  // Classes of one-hot rows are few.
  const written = sets.map((set, k) => {
    const from = sources[k]?.labels;
    if (!(from instanceof Tensor)) return hostValues(set);
    return isOneHot(from) ? [] : hostValues(from);
  });
  const isLarge = (id: number) => Math.abs(id) >= FLOAT_LIMIT;
  if (
    !written.some((values) => values === undefined || Array.prototype.some.call(values, isLarge))
  ) {
    return { ids, memoryIds, poison: undefined };
  }
  if (written.every((values, k) => values?.length === sets[k]?.size)) {
    const dense = new Map<number, number>();
    const [ofBatch, ofMemory] = written.map((values) =>
      tensor1d(denseIds(values as ArrayLike<number>, dense), 'int32'),
    );
    return { ids: ofBatch as Tensor1D, memoryIds: ofMemory, poison: undefined };
  }
  // Fused kernels take ids as they lie on the device, or give NaN for those that are too large.
  if (kind === 'fused' && memoryIds === undefined) return { ids, memoryIds, poison: undefined };
  const poison = sets
    .map((set) => rangePoison(set))
    .reduce((total, next) => add(total, next) as Scalar);
  return { ids, memoryIds, poison };
}

/** Ids from 0 on, in the order in which values are met; `known` are those of other sets. */
export function denseIds(values: ArrayLike<number>, known = new Map<number, number>()): Int32Array {
  return Int32Array.from(values, (value) => {
    const id = known.get(value) ?? known.size;
    known.set(value, id);
    return id;
  });
}

/** 0, or NaN where an id is too large for float32. */
const rangePoison = (ids: Tensor1D): Scalar =>
  mul(sqrt(sub(FLOAT_LIMIT - 1, max(abs(cast(ids, 'float32'))))), 0);

/** What was written to tensors before the backend moved them to the device, by data id. */
const seen = new WeakMap<object, ArrayLike<number>>();

/** The parts of tfjs's webgl and webgpu backends that hold what has not been moved to the device. */
interface DeviceBackend {
  readonly texData?: DataById;
  readonly tensorMap?: DataById;
}
interface DataById {
  get(dataId: object): { readonly values?: ArrayLike<number> | null } | undefined;
}

/** The values of a tensor if they can be had without reading the device, now or at an earlier call. */
function hostValues({ dataId }: Tensor): ArrayLike<number> | undefined {
  const { backend } = engine().state.tensorInfo.get(dataId) ?? {};
  const { texData, tensorMap } = (backend ?? {}) as DeviceBackend;
  const values =
    texData === undefined && tensorMap === undefined
      ? (backend?.readSync(dataId) as ArrayLike<number> | undefined)
      : (texData ?? tensorMap)?.get(dataId)?.values;
  if (values != null) seen.set(dataId, values);
  return values ?? seen.get(dataId);
}
