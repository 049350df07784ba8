/** `npm run bench -- [options]`: speed and memory of the loss; `--help` lists the options. */
import { ensureNative, wantsTensorflow } from './native.mjs';
import { root, run } from './pnpm.mjs';
import { setup } from './setup.mjs';

setup();
const args = process.argv.slice(2);
if (wantsTensorflow(args) && ensureNative() !== 0) process.exit(1);
// With --expose-gc each measurement starts from a collected heap.
const node = ['--expose-gc', '--import', 'tsx', 'src/main.ts'];
process.exit(run(process.execPath, [...node, ...args], { cwd: `${root}bench` }));
