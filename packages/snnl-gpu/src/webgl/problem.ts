import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { WebglDevice } from './context';
import { type Flat, flat, input, place } from './flat';
import { exactLabels } from './labels';
import { assertFits, type Marks, marks, type Points, pack } from './points';
import type { Scratch } from './scratch';

/** The inputs of both kernels, ready for the shaders. */
export interface Problem {
  readonly n: number;
  readonly m: number;
  readonly columns: number;
  readonly selfOffset: number;
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
    ...place('temperature', temperature),
  };
}

/**
 * Packs points, marks and labels. Call it for N >= 1.
 *
 * @throws RangeError, before anything is drawn, where the device has no texture for the points.
 */
export function prepare(
  device: WebglDevice,
  scratch: Scratch,
  inputs: NamedTensorInfoMap,
  selfOffset: number,
): Problem {
  const tools = { device, scratch };
  const anchors = input(inputs, 'anchors');
  const [n = 0, columns = 0] = anchors.shape;
  const m = input(inputs, 'candidates').shape[0] ?? 0;
  for (const rows of [n, m]) assertFits(rows, columns, device.maxSide);
  const temperature = flat(device, scratch, input(inputs, 'temperature'));
  // An empty tensor has no texture; the anchors stand in, and no row of them is a candidate.
  const within = selfOffset >= 0;
  const candidates = m === 0 ? anchors : input(inputs, 'candidates');
  const given = [
    input(inputs, m === 0 ? 'anchorLabels' : 'candidateLabels'),
    ...(within ? [] : [input(inputs, 'anchorLabels')]),
  ];
  const [zIds, xIds] = exactLabels(device, scratch, given).map((ids) => flat(device, scratch, ids));
  if (!zIds) throw new Error('Expected labels of the candidates.');

  const ready = (source: TensorInfo, rows: number, ids: Flat): Points & Marks => {
    const points = pack(tools, flat(device, scratch, source), rows, columns, temperature);
    return { ...points, ...marks(tools, points, ids, temperature) };
  };
  const z = ready(candidates, m, zIds);
  // With a selfOffset the anchors are among the candidates.
  const x = xIds ? ready(anchors, n, xIds) : z;
  return { n, m, columns, selfOffset, firstPoint: within ? selfOffset : 0, x, z, temperature };
}
