import type { BrowserBackend } from './measures';

/** WebGPU's `adapter.info`: the types that tfjs brings are older than it. */
interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
}

/** What computes: the name that WebGL or WebGPU gives for it. */
export async function adapterName(backend: BrowserBackend): Promise<string> {
  if (backend === 'webgl') {
    const gl = document.createElement('canvas').getContext('webgl2');
    const info = gl?.getExtension('WEBGL_debug_renderer_info');
    return gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : 'unknown renderer';
  }
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) return 'unknown adapter';
  const { vendor, architecture, description }: AdapterInfo = Reflect.get(adapter, 'info');
  return [vendor, architecture, description].filter((word) => word !== '').join(' ');
}
