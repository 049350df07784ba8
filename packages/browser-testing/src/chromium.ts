import { type Browser, chromium } from 'playwright-core';
import { programPath } from './programs';

/** WebGL 2 and WebGPU on the CPU, so that no graphics card is needed. */
export const SOFTWARE_RENDERING = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-webgpu-adapter=swiftshader',
  '--use-vulkan=swiftshader',
];

/** What a browser on a graphics card needs where WebGPU is not on by default (Linux). */
const HARDWARE_RENDERING = ['--enable-unsafe-webgpu', '--enable-features=Vulkan'];

/** Neither, as on a machine whose drivers the browser refuses. */
const NO_GRAPHICS = ['--disable-3d-apis', '--disable-gpu', '--disable-software-rasterizer'];

const RENDERING = { software: SOFTWARE_RENDERING, hardware: HARDWARE_RENDERING, none: NO_GRAPHICS };

/**
 * Starts headless Chromium, to be driven; the caller closes it.
 *
 * @param options.rendering WebGL and WebGPU in software (default), on the graphics card, or absent.
 */
export function launch({
  rendering = 'software',
}: {
  readonly rendering?: keyof typeof RENDERING;
} = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: programPath('chromium'),
    args: ['--headless=new', '--no-sandbox', ...RENDERING[rendering]],
  });
}
