import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { input } from '../shared/workspace';
import type { WebgpuBackend } from './device';
import { columnSums, paddedWidth, poison, rowPanels } from './points';
import type { WebgpuWorkspace } from './workspace';

/** What both kernels start from, on the device. */
export interface Problem {
  /** Anchors, candidates, features. */
  readonly n: number;
  readonly m: number;
  readonly d: number;
  /** `d` rounded up to whole steps of the products. */
  readonly padded: number;
  readonly selfOffset: number;
  /** Panels of the centred anchors and candidates, one and the same for a batch against itself. */
  readonly rows: TensorInfo;
  readonly columns: TensorInfo;
  readonly rowLabels: TensorInfo;
  readonly columnLabels: TensorInfo;
  readonly temperature: TensorInfo;
  /** 1 where every result is NaN. */
  readonly poison: TensorInfo;
}

/** Centres and packs the inputs of a kernel. */
export function prepare(
  workspace: WebgpuWorkspace,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
): Problem {
  const anchors = input(inputs, 'anchors');
  const [n = 0, d = 0] = anchors.shape;
  const [m = 0] = input(inputs, 'candidates').shape;
  const take = (name: string) => workspace.nonEmpty(input(inputs, name));
  const rowLabels = take('anchorLabels');
  const columnLabels = take('candidateLabels');
  const given = { features: take('candidates'), labels: columnLabels };
  const center = columnSums(workspace, given, m, d);
  const columns = rowPanels(workspace, given, center, m, d);
  // Beside a memory the anchors begin amid a panel of the candidates.
  const shared = attrs?.oneBatch === true && n === m;
  const ofAnchors = { features: take('anchors'), labels: rowLabels };
  const rows = shared ? columns : rowPanels(workspace, ofAnchors, center, n, d);
  const temperature = input(inputs, 'temperature');
  return {
    n,
    m,
    d,
    padded: paddedWidth(d),
    selfOffset: Number(attrs?.selfOffset ?? -1),
    rows,
    columns,
    rowLabels,
    columnLabels,
    temperature,
    poison: poison(workspace, columns, temperature, m, d),
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
