/** `npm run bench -- [options]`: speed and memory of the loss; `--help` lists the options. */
import { root, run } from './pnpm.mjs';
import { setup } from './setup.mjs';

setup();
// With --expose-gc each measurement starts from a collected heap.
const node = ['--expose-gc', '--import', 'tsx', 'src/main.ts'];
process.exit(run(process.execPath, [...node, ...process.argv.slice(2)], { cwd: `${root}bench` }));
