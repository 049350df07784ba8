import type { TensorInfo } from '@tensorflow/tfjs-core';
import { run } from './run';
import { ROWS, VECTOR_WIDTH } from './shaders/common';
import { MARKS, PACK, SUMS, TRANSPOSE } from './shaders/points';
import { type Flat, flatUniforms, type WebglWorkspace } from './workspace';

/** Points in a texture, see shaders/common.ts. */
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
  workspace: WebglWorkspace,
  source: Flat,
  labels: Flat,
  [rows, columns]: readonly [rows: number, columns: number],
  temperature: Flat,
): Points {
  const shape = layoutOf(rows, columns, workspace.device.maxSide);
  const info = workspace.texture(shape.width, shape.height);
  run(workspace.device, PACK, {
    inputs: { source: source.info, labels: labels.info, temperature: temperature.info },
    ints: {
      ...{ rows, columns, depth: shape.depth, shift: shape.shift },
      ...flatUniforms('source', source),
      ...flatUniforms('labels', labels),
      ...flatUniforms('temperature', temperature),
    },
    outputs: [info],
    area: shape,
  });
  return { info, ...shape };
}

/** Points for walks over rows, see TRANSPOSE. */
export function transposed(workspace: WebglWorkspace, points: Points): TensorInfo {
  const { rows, depth, shift, wideShift } = points;
  const width = Math.min(padded(rows), 2 ** wideShift);
  const height = depth * Math.ceil(padded(rows) / 2 ** wideShift);
  const info = workspace.texture(width, height);
  run(workspace.device, TRANSPOSE, {
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
  workspace: WebglWorkspace,
  points: Points,
  labels: Flat,
  temperature: Flat,
): Marks {
  const { rows, depth, shift } = points;
  const area = vectorArea(rows);
  const made = workspace.texture(area.width, area.height);
  const ids = workspace.texture(area.width, area.height);
  run(workspace.device, MARKS, {
    inputs: { points: points.info, labels: labels.info, temperature: temperature.info },
    ints: {
      ...{ rows, depth, shift },
      ...flatUniforms('labels', labels),
      ...flatUniforms('temperature', temperature),
    },
    outputs: [made, ids],
    area,
  });
  return { marks: made, labels: ids };
}

/** The references and upstream gradients of `count` anchors or candidates, a texel each. */
export function sums(workspace: WebglWorkspace, source: Flat, count: number, temperature: Flat) {
  const area = { width: VECTOR_WIDTH, height: Math.ceil(padded(count) / VECTOR_WIDTH) };
  const outputs = workspace.textures(2, area.width, area.height);
  run(workspace.device, SUMS, {
    inputs: { source: source.info, temperature: temperature.info },
    ints: { ...flatUniforms('source', source), ...flatUniforms('temperature', temperature), count },
    outputs,
    area,
  });
  return outputs;
}
