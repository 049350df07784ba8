import { UserError } from '@snnl/datasets';
import { setBackend, version_core } from '@tensorflow/tfjs-core';
import { registerWasmMatMul } from 'snnl-layer';

export const BACKENDS = ['wasm', 'tensorflow'] as const;
export type BackendName = (typeof BACKENDS)[number];

const NODE_PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';

/** Loads whichever tfjs-node package is installed, which registers backend `tensorflow`. */
async function loadTfjsNode(): Promise<string> {
  for (const name of NODE_PACKAGES) {
    try {
      await import(name);
      return name;
    } catch (error) {
      if (isMissing(error)) continue;
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(`${name} is installed but does not load: ${reason}`);
    }
  }
  throw new UserError(
    `--backend tensorflow needs ${NODE_PACKAGES.join(' or ')}, version ${version_core}, and neither ` +
      'is installed. `npm run demo -- --backend tensorflow` sets it up.',
  );
}

/**
 * Starts a tfjs backend and makes it the current one.
 *
 * @returns What runs, for people.
 * @throws UserError if the backend is not there or does not start.
 */
export async function startBackend(name: BackendName): Promise<string> {
  if (name === 'wasm') {
    await import('@tensorflow/tfjs-backend-wasm');
    registerWasmMatMul();
    await start(name);
    return 'WebAssembly';
  }
  const loaded = await loadTfjsNode();
  await start(name);
  const { registerTensorflow } = await import('snnl-gpu/node');
  const { reason } = await registerTensorflow();
  return `TensorFlow, by ${loaded}; the loss: ${reason}`;
}

async function start(name: BackendName): Promise<void> {
  if (await setBackend(name)) return;
  throw new UserError(`The tfjs backend '${name}' does not start on this machine.`);
}
