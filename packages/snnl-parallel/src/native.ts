// The addon that calls MPI: where its binary lies, and what it can do.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = 'snnl-parallel';

/** Arrays that collective operations take. */
export type NumberArray = Float32Array | Float64Array | Int32Array;

/** Kinds, types and operations by their numbers in `native/engine.h`. */
export const KINDS = { barrier: 0, allReduce: 1, allGather: 2, broadcast: 3, exchange: 4 } as const;
export const TYPES = [Float32Array, Float64Array, Int32Array] as const;
export const OPERATIONS = { sum: 0, min: 1, max: 2 } as const;

/** Exports of `native/addon.cc`. Messages of what they throw go on after the name of the group. */
export interface Binary {
  /** Opens an MPI library, once for the process. */
  open(library: string): { readonly abi: string; readonly version: string };
  start(): void;
  run(
    kind: number,
    communicator: number,
    type: number,
    operation: number,
    data: NumberArray | null,
    out: NumberArray | null,
    counts: Int32Array | null,
    root: number,
    source: number,
    limit: number,
    later: boolean,
  ): Promise<void> | undefined;
  /** Those with the same color, or of the same machine where it is -1. Returns a communicator. */
  split(communicator: number, color: number, limit: number): number;
  rank(communicator: number): number;
  size(communicator: number): number;
  finish(limit: number): void;
  abort(code: number): void;
}

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

/** Where a binary may lie, the first choice first: as built here, or as published. */
export function binaryPaths(root: string): [built: string, prebuilt: string] {
  const file = `${NAME}.node`;
  return [
    join(root, 'build', 'Release', file),
    join(root, 'prebuilds', `${process.platform}-${process.arch}`, file),
  ];
}

/**
 * Loads the first binary that this machine can load.
 *
 * @throws Error that names what was tried and what to do.
 */
export function loadBinary(root = packageRoot()): Binary {
  const require = createRequire(import.meta.url);
  const problems: string[] = [];
  for (const path of binaryPaths(root).filter((path) => existsSync(path))) {
    try {
      return require(path) as Binary;
    } catch (error) {
      problems.push(`${path} does not load: ${(error as Error).message.trim()}`);
    }
  }
  const found =
    problems.length > 0
      ? problems.join('; ')
      : `no native binary for ${process.platform}-${process.arch} in ${root}`;
  throw new Error(`${found}. Build one with: npx ${NAME} build (needs a C++17 compiler)`);
}
