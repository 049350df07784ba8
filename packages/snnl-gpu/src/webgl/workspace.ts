import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { Workspace } from '../shared/workspace';
import { deviceOf, type WebglDevice } from './device';

/** A tensor as an unpacked texture: value k is in the red channel of texel offset + k. */
export interface Flat {
  readonly info: TensorInfo;
  readonly width: number;
  readonly offset: number;
}

/** The result of a kernel, for the shaders an unpacked texture of `width` texels a line. */
export interface Output {
  readonly info: TensorInfo;
  readonly width: number;
  readonly height: number;
}

/** With textures. */
export class WebglWorkspace extends Workspace<MathBackendWebGL> {
  constructor(readonly device: WebglDevice) {
    super(device.backend);
  }

  /** A texture of RGBA32F texels, counted by `tf.memory()`. */
  texture(width: number, height: number): TensorInfo {
    // tfjs counts a texel as 2 x 2 values.
    const shape: [number, number] = [2 * height, 2 * width];
    const info = this.own(this.backend.makeTensorInfo(shape, 'float32'));
    const data = this.backend.texData.get(info.dataId);
    data.isPacked = true;
    data.texShape = shape;
    this.backend.uploadToGPU(info.dataId);
    return info;
  }

  textures(count: number, width: number, height: number): TensorInfo[] {
    return Array.from({ length: count }, () => this.texture(width, height));
  }

  /** Uploads a tensor if need be and unpacks it if need be. */
  flat(info: TensorInfo): Flat {
    const { backend } = this;
    backend.uploadToGPU(info.dataId);
    const packed = backend.texData.get(info.dataId).isPacked;
    const unpacked = packed ? this.own(backend.unpackTensor(info)) : info;
    const { texShape, slice } = backend.texData.get(unpacked.dataId);
    if (!texShape) throw new Error('Expected a tensor to have a texture once it is uploaded.');
    return { info: unpacked, width: texShape[1], offset: slice?.flatOffset ?? 0 };
  }
}

/** The uniforms of a flat texture called `name`. */
export const flatUniforms = (name: string, { width, offset }: Flat): Record<string, number> => ({
  [`${name}Width`]: width,
  [`${name}Offset`]: offset,
});

/** The result of a kernel, which `fill` draws. */
export function compute(
  backend: object,
  shape: number[],
  fill: (workspace: WebglWorkspace, output: Output) => void,
): TensorInfo {
  const workspace = new WebglWorkspace(deviceOf(backend));
  return workspace.output(shape, (info) => {
    workspace.backend.uploadToGPU(info.dataId);
    const [height, width] = workspace.backend.texData.get(info.dataId).texShape ?? [0, 0];
    fill(workspace, { info, width, height });
  });
}
