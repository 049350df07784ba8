import { ready, setBackend } from '@tensorflow/tfjs-core';
import { registerTensorflow } from './register';

/** Makes the backend of tfjs-node the current one, with the native kernels, or fails. */
export async function useTensorflow(): Promise<void> {
  await import('@tensorflow/tfjs-node');
  if (!(await setBackend('tensorflow'))) throw new Error("The backend 'tensorflow' did not start.");
  await ready();
  const { fused, reason } = await registerTensorflow();
  if (!fused) throw new Error(`No native kernels: ${reason}`);
}
