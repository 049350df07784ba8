import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelStatus } from 'snnl-layer';
import { softNearestNeighborLoss } from 'snnl-layer';
import { registerWebgl } from '../src/webgl';

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

/** Replaces the backend by a new one, with a context of its own. */
export async function freshBackend(): Promise<MathBackendWebGL> {
  const backend = new MathBackendWebGL();
  tf.removeBackend('webgl');
  tf.registerBackend('webgl', () => backend, 2);
  if (!(await tf.setBackend('webgl'))) throw new Error('No fresh webgl backend started.');
  return backend;
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
