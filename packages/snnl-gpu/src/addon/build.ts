import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { binaryPaths } from '../node/binary';
import { compile, findCompiler, NODE_API, nodeApiInclude, SHARED } from '../programs/compiler';
import { ensureCudaCode } from './cuda-code';

const FLAGS = ['-std=c++17', '-O3', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra', NODE_API];

/**
 * Never unloaded: its functions stay registered in TensorFlow when the worker thread that loaded it
 * has ended. The C++ library is linked in, so that a binary runs beside an older one, and hidden, or
 * Node's own would serve some of its functions.
 */
function linkFlags(native: string): string[] {
  if (process.platform !== 'linux') return [];
  const exported = `-Wl,--version-script=${join(native, 'exports.map')}`;
  return ['-Wl,-z,nodelete', '-static-libstdc++', '-static-libgcc', exported];
}

/**
 * The files to compile: those of `native`, `native/cpu` and `native/cuda`. All get the same flags;
 * files for one instruction set say so themselves.
 */
function nativeSources(native: string): string[] {
  return ['.', 'cpu', 'cuda']
    .map((folder) => join(native, folder))
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .filter((path) => path.endsWith('.cc'))
    .sort();
}

/**
 * Runs `action` on all items, as many at a time as there are cores. After a failure no other item is
 * begun; those under way are waited for, and then the first failure is thrown.
 */
export async function eachOf<T>(
  items: readonly T[],
  action: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      await action(item, index).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  if (failures.length > 0) throw failures[0];
}

export interface BuildOptions {
  /** Whether nvcc is to run, where it is. */
  readonly cuda?: boolean;
  /** Path of the binary; by default where a binary built here is looked for. */
  readonly target?: string;
  /** Sources beside those of `native`. */
  readonly extraSources?: readonly string[];
  /** Libraries and flags for the linker, before those of the system. */
  readonly link?: readonly string[];
}

/**
 * Compiles `native` into a Node addon.
 *
 * @param root The folder of this package.
 * @returns Path of the binary.
 * @throws UserError without a compiler, or with what the compiler said.
 */
export async function buildNative(
  root: string,
  { cuda = true, target = binaryPaths(root)[0], extraSources = [], link = [] }: BuildOptions = {},
): Promise<string> {
  const native = join(root, 'native');
  const compiler = await findCompiler();
  await ensureCudaCode(native, !cuda);
  mkdirSync(dirname(target), { recursive: true });
  const objects = mkdtempSync(join(dirname(target), 'objects-'));
  try {
    const sources = [...nativeSources(native), ...extraSources];
    const object = (index: number) => join(objects, `${index}.o`);
    await eachOf(sources, (path, index) =>
      compile(compiler, [
        ...FLAGS,
        `-I${native}`,
        `-I${nodeApiInclude()}`,
        ...['-c', path, '-o', object(index)],
      ]),
    );
    const linked = join(objects, 'snnl-gpu.node');
    const all = sources.map((_, index) => object(index));
    await compile(compiler, [...all, ...link, ...SHARED, ...linkFlags(native), '-o', linked]);
    // At once: a process that runs may have the old one loaded.
    renameSync(linked, target);
    return target;
  } finally {
    rmSync(objects, { recursive: true, force: true });
  }
}
