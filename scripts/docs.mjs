/**
 * `npm run docs`: checks the documentation and builds its site into docs-site.
 * `npm run docs:tables` renews the tables from docs/results, `npm run docs:figures` draws
 * docs/figures from there, `npm run docs:figures -- --train` after training anew (some minutes).
 */

import { buildPackages } from './build-packages.mjs';
import { root, run } from './pnpm.mjs';
import { ensureChromium } from './programs.mjs';
import { setup } from './setup.mjs';

const PROGRAMS = { site: ['main'], tables: ['write-tables'], figures: ['figures/draw'] };

setup();
buildPackages();
const [name = 'site', ...options] = process.argv.slice(2);
const programs = PROGRAMS[name];
if (programs === undefined) {
  console.error(`Expected one of ${Object.keys(PROGRAMS).join(', ')}, but got '${name}'.`);
  process.exit(2);
}
if (name === 'site' && ensureChromium() !== 0) process.exit(1);
if (options.includes('--train')) programs.unshift('figures/measure');
for (const program of programs) {
  const code = run(process.execPath, ['--import', 'tsx', `docs/src/${program}.ts`], { cwd: root });
  if (code !== 0) process.exit(code);
}
