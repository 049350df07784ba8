import * as tf from '@tensorflow/tfjs-core';
import { softNearestNeighborLoss } from 'snnl-layer';

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

/** For 16384 samples of 64 features, whose N x N matrix would take 1 GiB. */
export function peakBytes(): Promise<number> {
  return peakBytesOf(async () => {
    const n = 16384;
    const labels = tf.tensor1d(
      Int32Array.from({ length: n }, (_, i) => i % 10),
      'int32',
    );
    const features = tf.randomNormal<tf.Rank.R2>([n, 64], 0, 1, 'float32', 7);
    const loss = (x: tf.Tensor) =>
      softNearestNeighborLoss(labels, x, {
        temperature: 16,
        distance: 'squaredEuclidean',
        kernel: 'fused',
      });
    const { value, grad } = tf.valueAndGrad(loss)(features);
    const [mean = Number.NaN] = await value.data();
    const gradient = await grad.data();
    if (!Number.isFinite(mean) || gradient.includes(Number.NaN)) {
      throw new Error(`Expected a finite loss and gradient, got ${mean}.`);
    }
    tf.dispose([labels, features, value, grad]);
  });
}
