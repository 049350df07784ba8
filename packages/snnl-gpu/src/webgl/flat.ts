import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { WebglDevice } from './context';
import type { Scratch } from './scratch';

/** A tensor as an unpacked texture: value k is in the red channel of texel offset + k. */
export interface Flat {
  readonly info: TensorInfo;
  readonly width: number;
  readonly offset: number;
}

/** The input `name` of a kernel; throws where there is none. */
export function input(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const info = inputs[name];
  if (info === undefined) throw new Error(`Expected an input '${name}', but got none.`);
  return info;
}

/** Uploads a tensor if need be and unpacks it if need be. */
export function flat({ backend }: WebglDevice, scratch: Scratch, info: TensorInfo): Flat {
  backend.uploadToGPU(info.dataId);
  const packed = backend.texData.get(info.dataId).isPacked;
  const unpacked = packed ? scratch.own(backend.unpackTensor(info)) : info;
  const { texShape, slice } = backend.texData.get(unpacked.dataId);
  if (!texShape) throw new Error('Expected a tensor to have a texture once it is uploaded.');
  return { info: unpacked, width: texShape[1], offset: slice?.flatOffset ?? 0 };
}

/** The uniforms that go with a flat texture called `name`. */
export const place = (name: string, { width, offset }: Flat): Record<string, number> => ({
  [`${name}Width`]: width,
  [`${name}Offset`]: offset,
});
