import { ready, setBackend } from '@tensorflow/tfjs-core';
import { registerWasmMatMul } from 'snnl-layer';
import type { Obstacles } from '../messages';
import type { Backend } from '../settings';

async function obstacleToWebGpu(): Promise<string | null> {
  if (!('gpu' in navigator) || !navigator.gpu) {
    return self.isSecureContext
      ? 'This browser has no WebGPU.'
      : 'WebGPU needs https or localhost.';
  }
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  return adapter === null ? 'This browser has WebGPU, but no graphics adapter for it.' : null;
}

function obstacleToWebGl(): string | null {
  if (typeof OffscreenCanvas !== 'function') {
    return 'This browser has no OffscreenCanvas, which WebGL needs outside of the page.';
  }
  const context = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (context === null) return 'This browser has no WebGL 2.';
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return null;
}

/** What keeps each backend from running in this worker. */
export async function findObstacles(): Promise<Obstacles> {
  return {
    wasm: typeof WebAssembly === 'object' ? null : 'This browser has no WebAssembly.',
    webgpu: await obstacleToWebGpu(),
    webgl: obstacleToWebGl(),
    cpu: null,
  };
}

const LOAD: Record<Backend, () => Promise<unknown>> = {
  wasm: async () => (await import('./load-wasm')).loadWasm(),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
};

/** Loads and starts one backend. @throws Error if it does not start; there is no other instead. */
export async function startBackend(backend: Backend): Promise<void> {
  await LOAD[backend]();
  if (backend === 'wasm') registerWasmMatMul();
  if (!(await setBackend(backend))) {
    throw new Error(`The backend ${backend} did not start in this browser. Choose another one.`);
  }
  await ready();
}
