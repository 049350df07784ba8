import { kernelFor } from 'snnl-layer';
import type { KernelStatus } from '../src';
import { registerWebgl } from '../src/webgl';
import { bytesOnDevice } from './webgl-memory';
import { freshBackend } from './webgl-obstacles';

export interface BrokenReport {
  /** Where no framebuffer is complete. */
  readonly noTargets: KernelStatus;
  /** Where a shader computes something else. */
  readonly wrongNumber: KernelStatus;
  readonly kernel: string;
  /** Bytes that the failed checks have left on the device. */
  readonly bytes: number;
  /** On a sound backend after that. */
  readonly mended: KernelStatus;
}

/** What registration says on drivers with a fault. */
export async function brokenDrivers(): Promise<BrokenReport> {
  const incomplete = (await freshBackend()).gpgpu.gl;
  Object.assign(incomplete, { checkFramebufferStatus: () => incomplete.FRAMEBUFFER_UNSUPPORTED });
  const noTargets = await registerWebgl();
  // tfjs keeps one context for all its backends.
  Reflect.deleteProperty(incomplete, 'checkFramebufferStatus');

  const { gl } = (await freshBackend()).gpgpu;
  const shaderSource = gl.shaderSource.bind(gl);
  Object.assign(gl, {
    shaderSource: (shader: WebGLShader, source: string) =>
      shaderSource(shader, source.replace('-2.0 /', '-3.0 /')),
  });
  const before = bytesOnDevice();
  const wrongNumber = await registerWebgl();
  const bytes = bytesOnDevice() - before;
  const kernel = kernelFor('webgl');
  Reflect.deleteProperty(gl, 'shaderSource');

  await freshBackend();
  return { noTargets, wrongNumber, kernel, bytes, mended: await registerWebgl() };
}
