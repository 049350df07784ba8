import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorMessage } from '../errors';

const NAME = 'snnl-gpu';

function isRoot(folder: string): boolean {
  const file = join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === NAME;
}

/** The folder of this package. Its code may lie in `src`, in `dist` or in a bundle elsewhere. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let parent = dirname(folder); parent !== folder; parent = dirname(folder)) {
    if (isRoot(folder)) return folder;
    folder = parent;
  }
  const project = createRequire(join(process.cwd(), 'package.json'));
  return dirname(project.resolve(`${NAME}/package.json`));
}

const FILE = 'snnl-gpu.node';

/** What the native code found in this process; `error` is empty when its ops can be used. */
export interface NativeRegistration {
  readonly error: string;
  readonly tensorflowVersion: string;
  readonly instructionSet: 'avx512' | 'avx2' | 'portable';
  readonly threads: number;
  readonly cpu: boolean;
  readonly gpu: boolean;
  /** Why there are no GPU kernels, or empty. */
  readonly gpuReason: string;
}

/** Exports of `native/addon.cc`. */
export interface Binary {
  /** Registers both ops with the loaded TensorFlow, unless that has been done. */
  register(): NativeRegistration;
}

/** A binary that has been loaded. */
export interface LoadedBinary {
  readonly binary: Binary;
  /** In words: which one it is, and why not one that comes before it. */
  readonly origin: string;
}

/** Where a binary may lie, the first choice first: as built here, or as published. */
export function binaryPaths(root: string): [built: string, prebuilt: string] {
  return [
    join(root, 'build', 'Release', FILE),
    join(root, 'prebuilds', `${process.platform}-${process.arch}`, FILE),
  ];
}

const ORIGINS = ['binary built here', 'prebuilt binary'] as const;

/**
 * Loads the first binary that this machine can load.
 *
 * @param root The folder of this package.
 * @throws Error that names what was tried and what to do.
 */
export function loadBinary(root: string): LoadedBinary {
  const require = createRequire(import.meta.url);
  const problems: string[] = [];
  for (const [index, path] of binaryPaths(root).entries()) {
    if (!existsSync(path)) continue;
    try {
      const binary = require(path) as Binary;
      return { binary, origin: [ORIGINS[index], ...problems].join('; ') };
    } catch (error) {
      problems.push(`${path} does not load: ${errorMessage(error).trim()}`);
    }
  }
  const found =
    problems.length > 0
      ? problems.join('; ')
      : `no native binary for ${process.platform}-${process.arch} in ${root}`;
  throw new Error(`${found}. Build one with: npx snnl-gpu build (needs a C++17 compiler)`);
}
