import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { WebglDevice } from './context';
import { type Flat, flat, input } from './flat';
import { exactLabels } from './labels';
import { centred, mean, type Norms, norms, type Points, pack } from './points';
import type { Scratch } from './scratch';

/** The inputs of both kernels, ready for the shaders. */
export interface Problem {
  readonly n: number;
  readonly m: number;
  readonly columns: number;
  readonly selfOffset: number;
  /** Index of anchor 0 among the points of `x`. */
  readonly firstPoint: number;
  readonly x: Points & Norms;
  readonly z: Points & Norms;
  readonly temperature: Flat;
}

/** What all shaders that look at pairs read. */
export function pairInputs({ x, z }: Problem): Record<string, TensorInfo> {
  return {
    x: x.info,
    z: z.info,
    ...{ xNorms: x.norms, zNorms: z.norms, xLabels: x.labels, zLabels: z.labels },
  };
}

export function pairInts({ n, m, x, z, firstPoint, selfOffset }: Problem): Record<string, number> {
  return { n, m, depth: z.depth, xShift: x.shift, zShift: z.shift, firstPoint, selfOffset };
}

/**
 * Packs points, moves the candidates' mean to the origin (equation 8) and divides by sqrt(T). Call
 * it for N >= 1.
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

  const rawZ = pack(tools, flat(device, scratch, candidates), m, columns);
  const centre = mean(tools, rawZ);
  const ready = (raw: Points, ids: Flat): Points & Norms => {
    const points = centred(tools, raw, centre, temperature);
    return { ...points, ...norms(tools, points, ids, temperature) };
  };
  const z = ready(rawZ, zIds);
  // With a selfOffset the anchors are among the candidates.
  const x = xIds ? ready(pack(tools, flat(device, scratch, anchors), n, columns), xIds) : z;
  scratch.drop(centre);
  return { n, m, columns, selfOffset, firstPoint: within ? selfOffset : 0, x, z, temperature };
}
