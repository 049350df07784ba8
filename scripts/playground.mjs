/**
 * `npm run playground`: installs and builds what is missing, builds the page of
 * examples/playground and serves it until Ctrl-C. `-- --port 4000` chooses the port.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildPackages } from './build-packages.mjs';
import { root } from './pnpm.mjs';
import { setup } from './setup.mjs';

const USAGE = 'Usage: npm run playground -- [--port NUMBER] (default: a free one from 4173 on)';

function port() {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  if (values.port === undefined) return undefined;
  const number = Number(values.port);
  if (Number.isInteger(number) && number > 0 && number < 65536) return number;
  throw new Error(`--port expects a whole number from 1 to 65535, but got '${values.port}'.`);
}

let chosen;
try {
  chosen = port();
} catch (error) {
  console.error(`Error: ${error.message}\n${USAGE}`);
  process.exit(1);
}

setup();
buildPackages();

const folder = join(root, 'examples', 'playground');
const resolved = createRequire(join(folder, 'package.json')).resolve('vite/package.json');
const { build, preview } = await import(
  pathToFileURL(join(resolved, '..', 'dist', 'node', 'index.js')).href
);

console.log('Building the page ...');
await build({ root: folder, logLevel: 'warn' });
// With a port of one's own, another program on it is an error rather than a reason to move.
const server = await preview({
  root: folder,
  preview: chosen === undefined ? {} : { port: chosen, strictPort: true },
});
console.log(`\nThe playground: ${server.resolvedUrls?.local[0]}\nCtrl-C ends it.`);
