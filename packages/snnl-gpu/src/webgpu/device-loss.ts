import type { WebgpuBackend } from './backend';

/** Why the device of a backend is gone; backends not in it are watched from their first use on. */
const losses = new WeakMap<WebgpuBackend, { reason?: string }>();

function watched(backend: WebgpuBackend): { reason?: string } {
  const known = losses.get(backend);
  if (known) return known;
  const loss: { reason?: string } = {};
  losses.set(backend, loss);
  void backend.device.lost.then(({ reason, message }) => {
    loss.reason = message ? `${reason}: ${message}` : reason;
  });
  return loss;
}

/** Why the device is gone, or undefined where it is not. */
export function deviceLoss(backend: WebgpuBackend): string | undefined {
  return watched(backend).reason;
}

/** What to do about it, in words. */
export const AFTER_LOSS =
  "Remove the backend (tf.removeBackend('webgpu')), register and set a new one, and call register() of snnl-gpu again";

/** @throws Error where the device is gone: tfjs itself would go on and give zeros. */
export function assertNotLost(backend: WebgpuBackend): void {
  const reason = deviceLoss(backend);
  if (reason === undefined) return;
  throw new Error(`The WebGPU device of the backend is lost (${reason}). ${AFTER_LOSS}.`);
}
