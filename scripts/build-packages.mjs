/** Builds the packages that the examples run, where there is no build, or sources are newer than it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, root } from './pnpm.mjs';

/** In the order in which they need each other. */
const PACKAGES = ['snnl-layer', 'snnl-callbacks', 'snnl-gpu', 'snnl-parallel'];

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isBuilt(name) {
  const folder = join(root, 'packages', name);
  const built = join(folder, 'dist', 'index.js');
  const sources = ['src', 'assembly', 'scripts', 'package.json', 'tsup.config.ts']
    .map((source) => join(folder, source))
    .filter(existsSync);
  return existsSync(built) && statSync(built).mtimeMs > Math.max(...sources.map(newest));
}

export function buildPackages() {
  for (const name of PACKAGES) {
    if (isBuilt(name)) continue;
    console.log(`Building ${name} (first run, or its sources changed) ...`);
    const code = pnpm(['--silent', '--filter', name, 'run', 'build', '--silent']);
    if (code === 0) continue;
    console.error(`${name} could not be built: see the messages above.`);
    process.exit(code);
  }
}
