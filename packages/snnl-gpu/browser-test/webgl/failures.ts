import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { type KernelStatus, kernelFor, softNearestNeighborLoss, UNIT_ROWS } from 'snnl-layer';
import { registerWebgl } from '../../src/webgl/register';
import { bytesOnDevice, freshBackend } from './backend';

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
  const unitRows = tf.getKernel(UNIT_ROWS, 'webgl') != null;

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

export interface LostReport {
  readonly before: number;
  readonly error: string;
  readonly statusWhileLost: KernelStatus;
  readonly after: number;
}

/** What registration says where only float16 can be rendered to. */
export async function halfFloatStatus(): Promise<KernelStatus> {
  const enabled = tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED');
  tf.env().set('WEBGL_RENDER_FLOAT32_ENABLED', false);
  const status = await registerWebgl();
  tf.env().set('WEBGL_RENDER_FLOAT32_ENABLED', enabled);
  return status;
}

async function loss(): Promise<number> {
  const features = tf.tensor2d([0, 0, 1, 0, 0, 1, 1, 1], [4, 2]);
  const options = { distance: 'squaredEuclidean', kernel: 'fused' } as const;
  try {
    const value = softNearestNeighborLoss([0, 0, 1, 1], features, options);
    const [number = Number.NaN] = await value.data();
    value.dispose();
    return number;
  } finally {
    features.dispose();
  }
}

/** Loses the context, reads the error of the next call, and goes on with a fresh backend. */
export async function loseContext(): Promise<LostReport> {
  const before = await loss();
  const lost = tf.backend();
  if (!(lost instanceof MathBackendWebGL)) throw new Error('Expected the webgl backend.');
  lost.gpgpu.gl.getExtension('WEBGL_lose_context')?.loseContext();
  const error = await loss().then(String, String);
  const statusWhileLost = await registerWebgl();
  await freshBackend();
  await registerWebgl();
  return { before, error, statusWhileLost, after: await loss() };
}
