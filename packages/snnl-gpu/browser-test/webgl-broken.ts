import { getKernel } from '@tensorflow/tfjs-core';
import type { KernelStatus } from 'snnl-layer';
import { kernelFor, UNIT_ROWS } from 'snnl-layer';
import { registerWebgl } from '../src/webgl';
import { bytesOnDevice } from './webgl-memory';
import { freshBackend } from './webgl-obstacles';

export interface BrokenReport {
  /** Where no framebuffer is complete. */
  readonly noTargets: KernelStatus;
  /** Where a shader computes something else. */
  readonly wrongNumber: KernelStatus;
  readonly wrongUnitRows: KernelStatus;
  /** Where the two kernels round distances differently. */
  readonly unequalDistances: KernelStatus;
  readonly kernel: string;
  /** Whether kernels for unit rows are left behind. */
  readonly unitRows: boolean;
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

  const before = bytesOnDevice();
  const wrongNumber = await registerWith('-2.0 /', '-3.0 /');
  const wrongUnitRows = await registerWith('- u * f.z', '+ u * f.z');
  // 1 + 2^-23: the last bit of a distance.
  const unequalDistances = await registerWith('vec4 d = d', 'vec4 d = 1.00000012 * d');
  const bytes = bytesOnDevice() - before;
  const kernel = kernelFor('webgl');
  const unitRows = getKernel(UNIT_ROWS, 'webgl') != null;

  await freshBackend();
  const mended = await registerWebgl();
  return {
    noTargets,
    wrongNumber,
    wrongUnitRows,
    unequalDistances,
    kernel,
    unitRows,
    bytes,
    mended,
  };
}

/** Registers on a backend whose shaders have `wrong` in place of `right`. */
async function registerWith(right: string, wrong: string): Promise<KernelStatus> {
  const { gl } = (await freshBackend()).gpgpu;
  const shaderSource = gl.shaderSource.bind(gl);
  Object.assign(gl, {
    shaderSource: (shader: WebGLShader, source: string) =>
      shaderSource(shader, source.replaceAll(right, wrong)),
  });
  const status = await registerWebgl();
  Reflect.deleteProperty(gl, 'shaderSource');
  return status;
}
