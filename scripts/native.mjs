/**
 * Has what the backend `tensorflow` needs: the native kernels, compiled, and tfjs-node with a
 * libtensorflow, which is kept in `.cache` once it has been downloaded.
 */
import { fileURLToPath } from 'node:url';
import { run } from './pnpm.mjs';
import { setup } from './setup.mjs';

const CLI = ['--import', 'tsx', 'packages/snnl-gpu/src/cli/main.ts'];
const TFJS_NODE = [
  '--project',
  'packages/snnl-gpu',
  '--cache',
  '.cache/tensorflow',
  '--from',
  'wheel',
];

/** Whether a command line asks for the backend. */
export const wantsTensorflow = (args) => args.some((arg) => /^(--backend=)?tensorflow$/.test(arg));

/** Returns the first exit code that is not 0. On stderr: stdout belongs to the program set up. */
export function ensureNative() {
  const options = { stdio: ['ignore', 2, 2] };
  return (
    run(process.execPath, [...CLI, 'setup-tfjs-node', ...TFJS_NODE], options) ||
    // nvcc takes minutes; `npm run build:native` in packages/snnl-gpu runs it.
    run(process.execPath, [...CLI, 'build', '--no-cuda'], options)
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup();
  process.exit(ensureNative());
}
