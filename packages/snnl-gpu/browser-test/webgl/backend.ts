import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';

/** Replaces the backend by a new one, with a context of its own. */
export async function freshBackend(): Promise<MathBackendWebGL> {
  const backend = new MathBackendWebGL();
  tf.removeBackend('webgl');
  tf.registerBackend('webgl', () => backend, 2);
  if (!(await tf.setBackend('webgl'))) throw new Error('No fresh webgl backend started.');
  return backend;
}

/** Bytes on the device as `tf.memory()` counts them. */
export function bytesOnDevice(): number {
  const memory: object = tf.memory();
  if (!('numBytesInGPU' in memory)) throw new Error('Expected the memory of the webgl backend.');
  return Number(memory.numBytesInGPU);
}

/** The most bytes that were on the device after any of the kernels and draws of `run`. */
export async function peakBytesOf(run: () => Promise<void>): Promise<number> {
  const backend = tf.backend();
  const upload = 'uploadToGPU' in backend ? (backend.uploadToGPU as (id: object) => void) : null;
  if (!upload) throw new Error('Expected the webgl backend.');
  let peak = bytesOnDevice();
  // Every texture is made here.
  Object.assign(backend, {
    uploadToGPU(id: object) {
      upload.call(backend, id);
      peak = Math.max(peak, bytesOnDevice());
    },
  });
  await run();
  Object.assign(backend, { uploadToGPU: upload });
  return peak;
}
