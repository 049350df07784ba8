import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './backend';
import { columnMean } from './column-mean';
import { paddedWidth, rowPanels } from './pack';
import { poison } from './poison';
import type { Scratch } from './scratch';

/** What both kernels start from, on the device. */
export interface Problem {
  /** Anchors, candidates, features. */
  readonly n: number;
  readonly m: number;
  readonly d: number;
  /** `d` rounded up to whole steps of the products. */
  readonly padded: number;
  readonly selfOffset: number;
  /** Panels of the centred anchors and candidates, one and the same where the inputs are. */
  readonly rows: TensorInfo;
  readonly columns: TensorInfo;
  readonly rowLabels: TensorInfo;
  readonly columnLabels: TensorInfo;
  readonly temperature: TensorInfo;
  /** 1 where every result is NaN. */
  readonly poison: TensorInfo;
}

export function input(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const tensor = inputs[name];
  if (tensor) return tensor;
  throw new Error(`Expected an input '${name}', but got ${Object.keys(inputs).join(', ')}.`);
}

/** Centres and packs the inputs of a kernel. */
export function prepare(
  backend: WebgpuBackend,
  scratch: Scratch,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
): Problem {
  const anchors = input(inputs, 'anchors');
  const candidates = input(inputs, 'candidates');
  const [n = 0, d = 0] = anchors.shape;
  const [m = 0] = candidates.shape;
  const take = (name: string) => scratch.nonEmpty(input(inputs, name));
  const features = scratch.nonEmpty(candidates);
  const center = scratch.own(columnMean(backend, features, m, d));
  const columns = scratch.own(rowPanels(backend, features, center, m, d));
  const shared = anchors.dataId === candidates.dataId;
  const rows = shared
    ? columns
    : scratch.own(rowPanels(backend, scratch.nonEmpty(anchors), center, n, d));
  const temperature = input(inputs, 'temperature');
  return {
    n,
    m,
    d,
    padded: paddedWidth(d),
    selfOffset: Number(attrs?.selfOffset ?? -1),
    rows,
    columns,
    rowLabels: take('anchorLabels'),
    columnLabels: take('candidateLabels'),
    temperature,
    poison: scratch.own(poison(backend, columns, temperature, m, d)),
  };
}

/**
 * How to cut `tiles` of candidates so that, with `others` workgroups for each chunk, a device is
 * full: a GPU has up to some hundred cores that each want a few workgroups, a renderer on the CPU
 * a few, and what is cut has to be merged again.
 */
export function chunksOf(
  backend: WebgpuBackend,
  tiles: number,
  others: number,
): { chunks: number; tilesPerChunk: number } {
  const full = backend.adapterInfo?.architecture === 'swiftshader' ? 8 : 512;
  const wanted = Math.min(tiles, Math.max(1, Math.ceil(full / others)));
  const tilesPerChunk = Math.ceil(tiles / wanted);
  return { chunks: Math.ceil(tiles / tilesPerChunk), tilesPerChunk };
}
