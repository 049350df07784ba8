/**
 * `npm run demo`: installs and builds what is missing, then trains on handwritten digits without
 * and with the soft nearest neighbour loss (examples/digits). `-- --help` lists the options.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildPackages } from './build-packages.mjs';
import { ensureNative, wantsBackend } from './native.mjs';
import { root } from './pnpm.mjs';
import { setup } from './setup.mjs';

setup();
buildPackages();
const args = process.argv.slice(2);
if (wantsBackend(args, 'tensorflow') && ensureNative() !== 0) process.exit(1);

// Loads TypeScript from here on, in this process and in those that train.
const { register } = await import('tsx/esm/api');
register();
const { main } = await import(pathToFileURL(join(root, 'examples', 'digits', 'src', 'main.ts')));
process.exitCode = await main({
  args,
  execArgv: ['--import', import.meta.resolve('tsx')],
});
