/** Builds snnl-layer where there is no build, or sources are newer than it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, root } from './pnpm.mjs';

const folder = join(root, 'packages', 'snnl-layer');
const built = join(folder, 'dist', 'index.js');

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

export function buildLayer() {
  const sources = ['src', 'package.json', 'tsup.config.ts'].map((name) => join(folder, name));
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...sources.map(newest))) return;
  console.log('Building snnl-layer (first run, or its sources changed) ...');
  const code = pnpm(['--silent', '--filter', 'snnl-layer', 'run', 'build', '--silent']);
  if (code !== 0) {
    console.error('snnl-layer could not be built: see the messages above.');
    process.exit(code);
  }
}
