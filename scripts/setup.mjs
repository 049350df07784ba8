/**
 * Installs the locked dependencies when they are missing or out of date. Every root script calls
 * this first, so `npm run demo` and `npm test` each work as the first command after a clone.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pnpm, root } from './pnpm.mjs';

const stamp = join(root, 'node_modules', '.setup-stamp');

function lockDigest() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
}

export function setup() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest()) return;
  // On stderr, as all of pnpm's output: stdout belongs to the program that is set up.
  console.error('Installing dependencies (first run, or the lock file changed) ...');
  const code = pnpm(['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn'], {
    stdio: ['inherit', 2, 2],
  });
  if (code !== 0) {
    console.error('Dependencies could not be installed: see the messages of pnpm above.');
    process.exit(code);
  }
  writeFileSync(stamp, lockDigest());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
