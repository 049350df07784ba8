import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

/** The current backend, which has to be `webgpu`. */
export const current = (): WebGPUBackend => tf.backend() as WebGPUBackend;

/** Keys of the pipelines that tfjs has compiled. */
export const pipelines = (): string[] => Object.keys(Reflect.get(current(), 'pipelineCache'));

export async function useWebgpu(): Promise<void> {
  if (!(await tf.setBackend('webgpu'))) throw new Error('The backend webgpu did not start.');
  await tf.ready();
}

/** Replaces the backend by a new one, with a device of its own. */
export async function freshBackend(): Promise<void> {
  const factory = tf.findBackendFactory('webgpu');
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', factory);
  await useWebgpu();
}
