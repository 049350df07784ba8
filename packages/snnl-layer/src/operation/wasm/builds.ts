import { relaxedSimdBinary, scalarBinary, simdBinary } from './modules.generated';

/** Builds of the kernels: `relaxed` fuses multiply and add, `scalar` is for engines without SIMD. */
export type KernelBuild = 'relaxed' | 'simd' | 'scalar';

const binaries: Record<KernelBuild, string> = {
  relaxed: relaxedSimdBinary,
  simd: simdBinary,
  scalar: scalarBinary,
};

/** `memory`, imported from `env`, as the module's import section spells it. */
const memoryImport = [3, ...ascii('env'), 6, ...ascii('memory'), 2];

/**
 * The bytes of a build, fit for a shared or an unshared memory. The two differ in one bit, the flag
 * of the imported memory, as the kernels use no atomic instructions: threads agree in JavaScript.
 */
function kernelBytes(build: KernelBuild, shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(binaries[build]), (c) => c.charCodeAt(0));
  if (shared) bytes[memoryFlags(bytes)] = 3;
  return bytes;
}

/** The fastest build that this engine accepts. */
export function bestBuild(): KernelBuild {
  if (WebAssembly.validate(kernelBytes('relaxed', false))) return 'relaxed';
  return WebAssembly.validate(kernelBytes('simd', false)) ? 'simd' : 'scalar';
}

function memoryFlags(bytes: Uint8Array): number {
  for (let at = 8; at < bytes.length; at++) {
    if (memoryImport.every((byte, k) => bytes[at + k] === byte)) return at + memoryImport.length;
  }
  throw new Error('Expected the kernels to import env.memory; run the build:wasm script again.');
}

function ascii(text: string): number[] {
  return Array.from(text, (c) => c.charCodeAt(0));
}

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
