import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { Workspace } from '../shared/workspace';
import { assertNotLost, type WebgpuBackend } from './device';

/** With storage buffers. */
export class WebgpuWorkspace extends Workspace<WebgpuBackend> {
  buffer(shape: number[]): TensorInfo {
    return this.own(this.backend.makeTensorInfo(shape, 'float32'));
  }

  /** `tensor`, or a single 0 in place of an empty one: WebGPU binds no empty buffers. */
  nonEmpty(tensor: TensorInfo): TensorInfo {
    if (util.sizeFromShape(tensor.shape) > 0) return tensor;
    const zero = tensor.dtype === 'int32' ? new Int32Array(1) : new Float32Array(1);
    return this.own(this.backend.makeTensorInfo([1], tensor.dtype, zero));
  }
}

/** The result of a kernel, which `fill` computes. */
export function compute(
  backend: object,
  shape: number[],
  fill: (workspace: WebgpuWorkspace, output: TensorInfo) => void,
): TensorInfo {
  const workspace = new WebgpuWorkspace(backend as WebgpuBackend);
  assertNotLost(workspace.backend);
  return workspace.output(shape, (output) => fill(workspace, output));
}
