import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../errors';
import { run } from './run';

const CANDIDATES = ['g++', 'c++', 'clang++'];

/**
 * The C++ compiler: `$CXX`, else the first of the usual names that runs.
 *
 * @throws UserError where there is none.
 */
export async function findCompiler(): Promise<string> {
  const wanted = process.env.CXX;
  for (const name of wanted ? [wanted] : CANDIDATES) {
    if ((await run(name, ['--version'])).code === 0) return name;
  }
  throw new UserError(
    `No C++ compiler: ${wanted ? `CXX is ${wanted}, which does not run` : `none of ${CANDIDATES.join(', ')} runs`}. ` +
      'Install one (on Debian and Ubuntu: apt install g++) or set CXX.',
  );
}

/** Runs the compiler. @throws UserError with what it said. */
export async function compile(compiler: string, args: readonly string[]): Promise<void> {
  const { code, output } = await run(compiler, args);
  if (code !== 0) throw new UserError(`${[compiler, ...args].join(' ')}\n${output}`);
}

/** Folder of node_api.h, from the package node-api-headers: nothing is downloaded for it. */
export function nodeApiInclude(): string {
  const main = createRequire(import.meta.url).resolve('node-api-headers/package.json');
  return join(dirname(main), 'include');
}

/** The level of Node-API that Node 20 and all later releases have. */
export const NODE_API = '-DNAPI_VERSION=8';

/** A shared library whose Node-API symbols come from the running Node. */
export const SHARED =
  process.platform === 'darwin'
    ? ['-bundle', '-undefined', 'dynamic_lookup']
    : ['-shared', '-pthread', '-ldl'];
