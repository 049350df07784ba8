import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebglDevice } from './context';

/** The textures of one kernel call; what it did not keep, `free` gives back to the backend. */
export class Scratch {
  private readonly owned: TensorInfo[] = [];

  constructor(private readonly device: WebglDevice) {}

  /** A texture of RGBA32F texels, counted by `tf.memory()`. */
  texture(width: number, height: number): TensorInfo {
    const { backend } = this.device;
    // tfjs counts a texel as 2 x 2 values.
    const shape: [number, number] = [2 * height, 2 * width];
    const info = backend.makeTensorInfo(shape, 'float32');
    const data = backend.texData.get(info.dataId);
    data.isPacked = true;
    data.texShape = shape;
    this.owned.push(info);
    backend.uploadToGPU(info.dataId);
    return info;
  }

  textures(count: number, width: number, height: number): TensorInfo[] {
    return Array.from({ length: count }, () => this.texture(width, height));
  }

  /** Gives back at the end what the backend made for this call. */
  own(info: TensorInfo): TensorInfo {
    this.owned.push(info);
    return info;
  }

  /** Gives a texture back before the end. */
  drop(...infos: readonly TensorInfo[]): void {
    for (const info of infos) {
      const index = this.owned.indexOf(info);
      if (index >= 0) this.owned.splice(index, 1);
      this.device.backend.disposeIntermediateTensorInfo(info);
    }
  }

  free(): void {
    this.drop(...this.owned);
  }
}
