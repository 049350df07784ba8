import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Flat, place } from './flat';
import { CANDIDATES, VECTOR_WIDTH } from './glsl/common';
import { CENTRE, COLUMN_SUMS, MEAN, NORMS, PACK, SUMS, TRANSPOSE } from './glsl/points';
import type { Tools } from './output';
import { run } from './pass';

/** Points in a texture, see glsl/common.ts. */
export interface Points {
  readonly info: TensorInfo;
  readonly rows: number;
  readonly depth: number;
  readonly shift: number;
  readonly width: number;
  readonly height: number;
}

/** Squared norms and labels, as vectors. */
export interface Norms {
  readonly norms: TensorInfo;
  readonly labels: TensorInfo;
}

/** Rows are filled up to whole blocks; there is at least one. */
function padded(rows: number): number {
  return Math.max(1, Math.ceil(rows / CANDIDATES)) * CANDIDATES;
}

function tooLarge(rows: number, columns: number, maxSide: number): RangeError {
  return new RangeError(
    `Expected [${rows}, ${columns}] features to fit into one texture, but the longest side of a ` +
      `texture is ${maxSide} texels of 4 values on this device. Use kernel: 'composed'.`,
  );
}

/** @throws RangeError where no texture of the device is large enough. */
function layout(rows: number, columns: number, maxSide: number) {
  const depth = Math.ceil(columns / 4);
  let shift = 0;
  while (padded(rows) / 2 ** shift > maxSide) shift++;
  const width = depth * 2 ** shift;
  if (width > maxSide) throw tooLarge(rows, columns, maxSide);
  return { rows, depth, shift, width, height: Math.ceil(padded(rows) / 2 ** shift) };
}

/** The first `rows` rows of a tensor [.., columns] as points. */
export function pack(
  { device, scratch }: Tools,
  source: Flat,
  rows: number,
  columns: number,
): Points {
  const shape = layout(rows, columns, device.maxSide);
  const info = scratch.texture(shape.width, shape.height);
  run(device, PACK, {
    inputs: { source: source.info },
    ints: { ...place('source', source), rows, columns, depth: shape.depth, shift: shape.shift },
    outputs: [info],
    area: shape,
  });
  return { info, ...shape };
}

/** The mean of the points, `depth` texels. */
export function mean({ device, scratch }: Tools, points: Points): TensorInfo {
  const { rows, depth, shift } = points;
  const slice = Math.max(1, Math.ceil(Math.sqrt(rows)));
  const slices = Math.max(1, Math.ceil(rows / slice));
  const sums = scratch.texture(depth, slices);
  run(device, COLUMN_SUMS, {
    inputs: { points: points.info },
    ints: { rows, slice, depth, shift },
    outputs: [sums],
    area: { width: depth, height: slices },
  });
  const result = scratch.texture(depth, 1);
  run(device, MEAN, {
    inputs: { sums },
    ints: { slices, rows },
    outputs: [result],
    area: { width: depth, height: 1 },
  });
  scratch.drop(sums);
  return result;
}

/** Points less `centre`, divided by the square root of the temperature; frees the old ones. */
export function centred(
  { device, scratch }: Tools,
  points: Points,
  centre: TensorInfo,
  temperature: Flat,
): Points {
  const { rows, depth, shift, width, height } = points;
  const info = scratch.texture(width, height);
  run(device, CENTRE, {
    inputs: { points: points.info, mean: centre, temperature: temperature.info },
    ints: { rows, depth, shift, ...place('temperature', temperature) },
    outputs: [info],
    area: { width, height },
  });
  scratch.drop(points.info);
  return { ...points, info };
}

/** Points for walks over rows, see TRANSPOSE. */
export function transposed({ device, scratch }: Tools, points: Points) {
  const { rows, depth, shift } = points;
  let wideShift = 0;
  while (2 ** wideShift < padded(rows) && 2 ** (wideShift + 1) <= device.maxSide) wideShift++;
  const width = Math.min(padded(rows), 2 ** wideShift);
  const height = depth * Math.ceil(padded(rows) / 2 ** wideShift);
  if (height > device.maxSide) throw tooLarge(rows, 4 * depth, device.maxSide);
  const info = scratch.texture(width, height);
  run(device, TRANSPOSE, {
    inputs: { points: points.info },
    ints: { depth, shift, wideShift },
    outputs: [info],
    area: { width, height },
  });
  return { info, wideShift };
}

/** The size of a texture that holds a vector of `count` values. */
export function vectorArea(count: number) {
  return { width: VECTOR_WIDTH, height: Math.ceil(padded(count) / (4 * VECTOR_WIDTH)) };
}

export function norms(
  { device, scratch }: Tools,
  points: Points,
  labels: Flat,
  temperature: Flat,
): Norms {
  const { rows, depth, shift } = points;
  const area = vectorArea(rows);
  const [squares, ids] = [0, 1].map(() => scratch.texture(area.width, area.height));
  if (!squares || !ids) throw new Error('Expected two textures.');
  run(device, NORMS, {
    inputs: { points: points.info, labels: labels.info, temperature: temperature.info },
    ints: {
      ...{ rows, depth, shift },
      ...place('labels', labels),
      ...place('temperature', temperature),
    },
    outputs: [squares, ids],
    area,
  });
  return { norms: squares, labels: ids };
}

/** A, B, a and b of `count` anchors or candidates, each as a vector. */
export function sums({ device, scratch }: Tools, source: Flat, count: number): TensorInfo[] {
  const area = vectorArea(count);
  const outputs = scratch.textures(4, area.width, area.height);
  run(device, SUMS, {
    inputs: { source: source.info },
    ints: { ...place('source', source), count },
    outputs,
    area,
  });
  return outputs;
}
