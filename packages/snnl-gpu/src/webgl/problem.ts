import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { MISSING_LABEL } from 'snnl-layer';
import { input } from '../shared/workspace';
import { assertFits, type Marks, marks, type Points, pack } from './points';
import { type Flat, flatUniforms, type WebglWorkspace } from './workspace';

/** The inputs of both kernels, ready for the shaders. */
export interface Problem {
  readonly n: number;
  readonly m: number;
  readonly columns: number;
  readonly selfOffset: number;
  /** Whether the anchors are those candidates, whose points, marks and labels then serve both. */
  readonly oneBatch: boolean;
  /** Index of anchor 0 among the points of `x`. */
  readonly firstPoint: number;
  readonly x: Points & Marks;
  readonly z: Points & Marks;
  readonly temperature: Flat;
}

/** What all shaders that look at pairs read. */
export function pairInputs({ x, z, temperature }: Problem): Record<string, TensorInfo> {
  return {
    x: x.info,
    z: z.info,
    ...{ xMarks: x.marks, zMarks: z.marks, xLabels: x.labels, zLabels: z.labels },
    temperature: temperature.info,
  };
}

export function pairInts(problem: Problem): Record<string, number> {
  const { n, m, x, z, firstPoint, selfOffset, temperature } = problem;
  return {
    ...{ n, m, depth: z.depth, xShift: x.shift, zShift: z.shift, firstPoint, selfOffset },
    ...flatUniforms('temperature', temperature),
  };
}

/** Class ids from here on are not all told apart by a float32. */
const FIRST_INEXACT = 2 ** 24;

/**
 * Label tensors as they can be uploaded: where an id is too large for a float, all ids are replaced
 * by their place among the classes. Ids that are on the device already cannot be: the shaders mark
 * those that are too large, and the results are NaN.
 */
function exactLabels(
  workspace: WebglWorkspace,
  labels: readonly TensorInfo[],
): readonly TensorInfo[] {
  const values = labels.map(({ dataId }) => {
    const data = workspace.backend.texData.get(dataId);
    return data.texture == null ? (data.values as Int32Array | undefined) : undefined;
  });
  const isInexact = (id: number) => Math.abs(id) >= FIRST_INEXACT && id !== MISSING_LABEL;
  const tooLarge = values.some((ids) => ids?.some(isInexact));
  if (!tooLarge || values.includes(undefined)) return labels;
  const classes = new Map<number, number>();
  const dense = (id: number): number => {
    if (id === MISSING_LABEL) return id;
    const known = classes.get(id) ?? classes.size;
    classes.set(id, known);
    return known;
  };
  return labels.map(({ shape }, index) => {
    const ids = Int32Array.from(values[index] ?? [], dense);
    return workspace.own(workspace.backend.makeTensorInfo(shape, 'int32', ids));
  });
}

/**
 * Packs points, marks and labels. Call it for N >= 1.
 *
 * @throws RangeError, before anything is drawn, where the device has no texture for the points.
 */
export function prepare(
  workspace: WebglWorkspace,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
): Problem {
  const anchors = input(inputs, 'anchors');
  const [n = 0, columns = 0] = anchors.shape;
  const m = input(inputs, 'candidates').shape[0] ?? 0;
  for (const rows of [n, m]) assertFits(rows, columns, workspace.device.maxSide);
  const temperature = workspace.flat(input(inputs, 'temperature'));
  const selfOffset = Number(attrs?.selfOffset ?? -1);
  const oneBatch = attrs?.oneBatch === true;
  // An empty tensor has no texture; the anchors stand in, and no row of them is a candidate.
  const candidates = m === 0 ? anchors : input(inputs, 'candidates');
  const given = [
    input(inputs, m === 0 ? 'anchorLabels' : 'candidateLabels'),
    ...(oneBatch ? [] : [input(inputs, 'anchorLabels')]),
  ];
  const [zIds, xIds] = exactLabels(workspace, given).map((ids) => workspace.flat(ids));
  if (!zIds) throw new Error('Expected labels of the candidates.');

  const ready = (source: TensorInfo, rows: number, ids: Flat): Points & Marks => {
    const points = pack(workspace, workspace.flat(source), ids, [rows, columns], temperature);
    return { ...points, ...marks(workspace, points, ids, temperature) };
  };
  const z = ready(candidates, m, zIds);
  const x = xIds ? ready(anchors, n, xIds) : z;
  const firstPoint = oneBatch ? selfOffset : 0;
  return { n, m, columns, selfOffset, oneBatch, firstPoint, x, z, temperature };
}
