/** `npm run bench -- [options]`: speed and memory of the loss; `--help` lists the options. */
import { ensureNative, wantsBackend } from './native.mjs';
import { root, run } from './pnpm.mjs';
import { ensureChromium } from './programs.mjs';
import { setup } from './setup.mjs';

setup();
const args = process.argv.slice(2);
const installs = { tensorflow: ensureNative, webgl: ensureChromium, webgpu: ensureChromium };
for (const [backend, install] of Object.entries(installs)) {
  if (wantsBackend(args, backend) && install() !== 0) process.exit(1);
}
// With --expose-gc each measurement starts from a collected heap.
const node = ['--expose-gc', '--import', 'tsx', 'src/main.ts'];
process.exit(run(process.execPath, [...node, ...args], { cwd: `${root}bench` }));
