import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Flat, place } from './flat';
import { ROWS, VECTOR_WIDTH } from './glsl/common';
import { MARKS, PACK, SUMS, TRANSPOSE } from './glsl/points';
import type { Tools } from './output';
import { run } from './pass';

/** Points in a texture, see glsl/common.ts. */
export interface Points {
  readonly info: TensorInfo;
  readonly rows: number;
  readonly depth: number;
  readonly shift: number;
  readonly wideShift: number;
  readonly width: number;
  readonly height: number;
}

/** Marks and labels, as vectors. */
export interface Marks {
  readonly marks: TensorInfo;
  readonly labels: TensorInfo;
}

/** Rows are filled up to whole blocks; there is at least one. */
function padded(rows: number): number {
  return Math.max(1, Math.ceil(rows / ROWS)) * ROWS;
}

/**
 * Where points lie in their texture, and `2^wideShift` of their rows side by side once transposed;
 * undefined where no texture of the device is large enough for either.
 */
function layout(rows: number, columns: number, maxSide: number) {
  const depth = Math.ceil(columns / 4);
  const high = padded(rows);
  const most = Math.floor(Math.log2(maxSide));
  const wideShift = Math.min(most, Math.ceil(Math.log2(high)));
  const shift = Math.max(0, Math.ceil(Math.log2(high)) - most);
  const width = depth * 2 ** shift;
  // Sums take a texel a row.
  if (width > maxSide || high > VECTOR_WIDTH * maxSide) return undefined;
  return { rows, depth, shift, wideShift, width, height: Math.ceil(high / 2 ** shift) };
}

/** Why the kernels cannot hold [rows, columns] features on a device; undefined where they can. */
export function tooLarge(rows: number, columns: number, maxSide: number): string | undefined {
  if (layout(rows, columns, maxSide)) return undefined;
  return (
    `[${rows}, ${columns}] features do not fit into one texture, whose longest side is ${maxSide} ` +
    'texels of 4 values on this device'
  );
}

function layoutOf(rows: number, columns: number, maxSide: number) {
  const found = layout(rows, columns, maxSide);
  if (found) return found;
  throw new RangeError(
    `The fused WebGL kernels were asked for too much: ${tooLarge(rows, columns, maxSide)}. Use ` +
      `kernel: 'composed'.`,
  );
}

/** @throws RangeError where {@link tooLarge} says why. */
export function assertFits(rows: number, columns: number, maxSide: number): void {
  layoutOf(rows, columns, maxSide);
}

/** The first `rows` rows of a tensor [.., columns] as points. */
export function pack(
  { device, scratch }: Tools,
  source: Flat,
  rows: number,
  columns: number,
  temperature: Flat,
): Points {
  const shape = layoutOf(rows, columns, device.maxSide);
  const info = scratch.texture(shape.width, shape.height);
  run(device, PACK, {
    inputs: { source: source.info, temperature: temperature.info },
    ints: {
      ...{ rows, columns, depth: shape.depth, shift: shape.shift },
      ...place('source', source),
      ...place('temperature', temperature),
    },
    outputs: [info],
    area: shape,
  });
  return { info, ...shape };
}

/** Points for walks over rows, see TRANSPOSE. */
export function transposed({ device, scratch }: Tools, points: Points): TensorInfo {
  const { rows, depth, shift, wideShift } = points;
  const width = Math.min(padded(rows), 2 ** wideShift);
  const height = depth * Math.ceil(padded(rows) / 2 ** wideShift);
  const info = scratch.texture(width, height);
  run(device, TRANSPOSE, {
    inputs: { points: points.info },
    ints: { depth, shift, wideShift },
    outputs: [info],
    area: { width, height },
  });
  return info;
}

/** The size of a texture that holds a vector of `count` values. */
function vectorArea(count: number) {
  return { width: VECTOR_WIDTH, height: Math.ceil(padded(count) / (4 * VECTOR_WIDTH)) };
}

export function marks(
  { device, scratch }: Tools,
  points: Points,
  labels: Flat,
  temperature: Flat,
): Marks {
  const { rows, depth, shift } = points;
  const area = vectorArea(rows);
  const [made, ids] = [0, 1].map(() => scratch.texture(area.width, area.height));
  if (!made || !ids) throw new Error('Expected two textures.');
  run(device, MARKS, {
    inputs: { points: points.info, labels: labels.info, temperature: temperature.info },
    ints: {
      ...{ rows, depth, shift },
      ...place('labels', labels),
      ...place('temperature', temperature),
    },
    outputs: [made, ids],
    area,
  });
  return { marks: made, labels: ids };
}

/** The references and upstream gradients of `count` anchors or candidates, a texel each. */
export function sums({ device, scratch }: Tools, source: Flat, count: number, temperature: Flat) {
  const area = { width: VECTOR_WIDTH, height: Math.ceil(padded(count) / VECTOR_WIDTH) };
  const outputs = scratch.textures(2, area.width, area.height);
  run(device, SUMS, {
    inputs: { source: source.info, temperature: temperature.info },
    ints: { ...place('source', source), ...place('temperature', temperature), count },
    outputs,
    area,
  });
  return outputs;
}
