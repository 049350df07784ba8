/**
 * Finds Chromium for the browser tests, or installs Debian's package `chromium` where it can.
 * `CHROMIUM=/path/to/chrome` names another one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { run } from './pnpm.mjs';

const KNOWN = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'];
const present = () => KNOWN.some((path) => path !== undefined && existsSync(path));

/** Returns 0 when Chromium is there in the end. */
export function ensureChromium() {
  if (present()) return 0;
  const isRoot = process.getuid?.() === 0;
  const canSudo = isRoot || spawnSync('sudo', ['-n', 'true']).status === 0;
  if (canSudo && spawnSync('apt-get', ['--version']).status === 0) {
    console.log("Installing Debian's chromium for the browser tests ...");
    const apt = (...args) =>
      isRoot ? run('apt-get', args) : run('sudo', ['-n', 'apt-get', ...args]);
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
    if (present()) return 0;
  }
  console.error(
    'The browser tests need Chromium. Expected it at /usr/bin/chromium (Debian: apt-get install ' +
      'chromium) or where the variable CHROMIUM says.',
  );
  return 1;
}
