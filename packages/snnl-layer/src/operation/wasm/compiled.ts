import { bestBuild, type KernelBuild, kernelBytes } from './binary';

/** Kernels compiled for a memory that is shared or not. */
export interface CompiledKernels {
  readonly build: KernelBuild;
  readonly shared: boolean;
  readonly module: WebAssembly.Module;
}

/** Whether memory may be shared: always in Node, in browsers on cross-origin isolated pages. */
export function canShare(): boolean {
  return typeof SharedArrayBuffer === 'function' && typeof Atomics === 'object';
}

/**
 * Compiles the kernels at once: some 2 ms, as engines compile functions when they are first called.
 *
 * @throws where the engine has no WebAssembly, where the content security policy of the page forbids
 * it, and on the main thread of Chrome before version 114, which compiles no more than 4 kB at once.
 */
export function compileKernels(
  build: KernelBuild = bestBuild(),
  shared = canShare(),
): CompiledKernels {
  return { build, shared, module: new WebAssembly.Module(kernelBytes(build, shared)) };
}

/** The same without that limit of Chrome. */
export async function compileKernelsAsync(): Promise<CompiledKernels> {
  const build = bestBuild();
  const shared = canShare();
  return { build, shared, module: await WebAssembly.compile(kernelBytes(build, shared)) };
}
