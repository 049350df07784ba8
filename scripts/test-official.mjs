/**
 * `npm run test:official`: the tests of the native kernels on the libtensorflow that tfjs-node itself
 * installs, 2.9.1, from its own download site. Not part of `npm test`, which takes a current
 * libtensorflow from a wheel and has to pass without that site. Puts the other one back in the end.
 */
import { buildNativeKernels, doctor, setupTfjsNode } from './native.mjs';
import { pnpm } from './pnpm.mjs';
import { setup } from './setup.mjs';

setup();
let code = setupTfjsNode('official', '--force') || buildNativeKernels() || doctor();
if (code === 0) {
  code = pnpm(['exec', 'vitest', 'run', '--project', 'snnl-gpu', 'src/node', 'src/tfjs-node']);
}
process.exit(setupTfjsNode('wheel', '--force') || code);
