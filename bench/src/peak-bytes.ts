import * as tf from '@tensorflow/tfjs';

export interface Peak {
  readonly bytes: number;
  /**
   * `storage`: buffers of the backend, temporary ones inside a kernel included, shared ones once.
   * `gpu`: textures or buffers of the backend, as in `numBytesInGPU`.
   * `profile`: what `tf.profile` sees: tensors after each kernel, views counted again.
   */
  readonly measure: 'storage' | 'gpu' | 'profile';
}

const bytesOf = (shape: number[], dtype: tf.DataType): number =>
  dtype === 'string' ? 0 : tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);

/** Most bytes of new storage alive at once while `run` runs; the backend must hold its own. */
async function storagePeak(
  storage: tf.KernelBackend,
  run: () => Promise<unknown>,
): Promise<number> {
  const held = new Map<object, number>();
  let now = 0;
  let peak = 0;
  const hold = (id: object, bytes: number) => {
    now += bytes - (held.get(id) ?? 0);
    held.set(id, bytes);
    peak = Math.max(peak, now);
  };
  const { write, move, disposeData } = storage;
  storage.write = (values, shape, dtype) => {
    const id = write.call(storage, values, shape, dtype);
    hold(id, bytesOf(shape, dtype));
    return id;
  };
  storage.move = (id, values, shape, dtype, refCount) => {
    move.call(storage, id, values, shape, dtype, refCount);
    hold(id, bytesOf(shape, dtype));
  };
  storage.disposeData = (id, force) => {
    const gone = disposeData.call(storage, id, force);
    if (gone) {
      now -= held.get(id) ?? 0;
      held.delete(id);
    }
    return gone;
  };
  try {
    await run();
  } finally {
    // Uncovers the methods of the class again.
    for (const method of ['write', 'move', 'disposeData']) Reflect.deleteProperty(storage, method);
  }
  return peak;
}

/** The object that counts the bytes in use on a GPU, and its field for them. */
function gpuCounter(backend: object): { readonly owner: object; readonly key: string } {
  return 'bufferManager' in backend && backend.bufferManager instanceof Object
    ? { owner: backend.bufferManager, key: 'numBytesUsed' }
    : { owner: backend, key: 'numBytesInGPU' };
}

/** Most bytes in use on the GPU while `run` runs, beside those in use before. */
async function gpuPeak(backend: object, run: () => Promise<unknown>): Promise<number> {
  const { owner, key } = gpuCounter(backend);
  const before = Number(Reflect.get(owner, key));
  if (!Number.isFinite(before)) throw new Error(`Expected the backend to count bytes in ${key}.`);
  let now = before;
  let peak = before;
  const set = (bytes: number) => {
    now = bytes;
    peak = Math.max(peak, now);
  };
  Object.defineProperty(owner, key, { configurable: true, enumerable: true, get: () => now, set });
  try {
    await run();
  } finally {
    Object.defineProperty(owner, key, { value: now, writable: true, enumerable: true });
  }
  return peak - before;
}

/**
 * Peak of extra tensor bytes while `run` runs on the current backend, beside what exists before.
 *
 * Memory that a kernel takes outside of tensors is not seen: JavaScript arrays that are garbage
 * by its end, a WebAssembly module's own heap. The growth of the process bounds all of it.
 */
export async function peakExtraBytes(run: () => Promise<unknown>): Promise<Peak> {
  if (tf.getBackend() === 'cpu' || tf.getBackend() === 'wasm') {
    return { bytes: await storagePeak(tf.backend(), run), measure: 'storage' };
  }
  if (tf.getBackend() === 'webgl' || tf.getBackend() === 'webgpu') {
    return { bytes: await gpuPeak(tf.backend(), run), measure: 'gpu' };
  }
  const before = tf.memory().numBytes;
  const profile = await tf.profile(async () => {
    await run();
    return [];
  });
  return { bytes: Math.max(0, profile.peakBytes - before), measure: 'profile' };
}
