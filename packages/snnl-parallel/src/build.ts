import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  compile,
  findCompiler,
  NODE_API,
  nodeApiInclude,
  SHARED,
} from '../../snnl-gpu/src/programs/compiler';
import { binaryPaths } from './native';

const FLAGS = ['-std=c++17', '-O2', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra', NODE_API];

/** With its own C++ library, hidden: it runs beside an older one, and Node's is not taken for it. */
const linkFlags = (native: string): string[] =>
  process.platform === 'linux'
    ? [
        ...['-Wl,-z,nodelete', '-static-libstdc++', '-static-libgcc'],
        `-Wl,--version-script=${join(native, 'exports.map')}`,
      ]
    : [];

/** Options of {@link buildAddon}. */
export interface BuildOptions {
  /** Path of the binary; by default where a binary built here is looked for. */
  readonly target?: string;
  /** Sources beside those of `native`. */
  readonly extraSources?: readonly string[];
  /** Libraries and flags for the linker, before those of the system. */
  readonly link?: readonly string[];
}

/**
 * Compiles `native` into a Node addon. No MPI is needed for it.
 *
 * @param root The folder of this package.
 * @returns Path of the binary.
 * @throws UserError without a compiler, or with what the compiler said.
 */
export async function buildAddon(
  root: string,
  { target = binaryPaths(root)[0], extraSources = [], link = [] }: BuildOptions = {},
): Promise<string> {
  const native = join(root, 'native');
  const sources = readdirSync(native)
    .filter((file) => file.endsWith('.cc'))
    .map((file) => join(native, file));
  mkdirSync(dirname(target), { recursive: true });
  const made = `${target}.${process.pid}`;
  await compile(await findCompiler(), [
    ...[...FLAGS, `-I${native}`, `-I${nodeApiInclude()}`, ...sources, ...extraSources],
    ...[...link, ...SHARED, ...linkFlags(native), '-o', made],
  ]);
  // At once: a process that runs may have the old one loaded.
  renameSync(made, target);
  return target;
}
