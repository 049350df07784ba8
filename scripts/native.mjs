/**
 * Has the native parts, compiled: the addon of snnl-parallel, and what the backend `tensorflow` needs,
 * the native kernels and tfjs-node with a libtensorflow, which is kept in `.cache` once it has been
 * downloaded.
 */
import { fileURLToPath } from 'node:url';
import { run } from './pnpm.mjs';
import { setup } from './setup.mjs';

const CLI = ['--import', 'tsx', 'packages/snnl-gpu/src/cli/main.ts'];
const PROJECT = ['--project', 'packages/snnl-gpu'];

/** Whether a command line asks for the backend `name`. */
export const wantsBackend = (args, name) =>
  args.some((arg) => arg === name || arg === `--backend=${name}`);

/** On stderr: stdout belongs to the program set up. */
const cli = (...args) => run(process.execPath, [...CLI, ...args], { stdio: ['ignore', 2, 2] });

/** Has tfjs-node with a libtensorflow from `origin`, as `--from` names it; returns the exit code. */
export function setupTfjsNode(origin, ...flags) {
  const cache = ['--cache', '.cache/tensorflow'];
  return cli('setup-tfjs-node', ...PROJECT, ...cache, '--from', origin, ...flags);
}

/** Says on which libtensorflow the kernels run. */
export const doctor = () => cli('doctor', ...PROJECT);

/** Without nvcc, which takes minutes; `npm run build:native` in packages/snnl-gpu runs it. */
export const buildNativeKernels = () => cli('build', '--no-cuda');

/** The addon of snnl-parallel, which calls MPI. */
const buildParallel = () =>
  run(process.execPath, ['--import', 'tsx', 'packages/snnl-parallel/src/cli.ts', 'build'], {
    stdio: ['ignore', 2, 2],
  });

/** Returns the first exit code that is not 0. */
export const ensureNative = () => setupTfjsNode('wheel') || buildNativeKernels();

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup();
  process.exit(buildParallel() || ensureNative());
}
