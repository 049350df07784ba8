/**
 * Finds Chromium for tests and benchmarks, or installs Debian's package `chromium` where it can.
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
    console.error("Installing Debian's chromium ...");
    // On stderr: stdout belongs to the program set up.
    const stdio = ['inherit', 2, 2];
    const apt = (...args) =>
      isRoot ? run('apt-get', args, { stdio }) : run('sudo', ['-n', 'apt-get', ...args], { stdio });
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
    if (present()) return 0;
  }
  console.error(
    'Chromium is needed. Expected it at /usr/bin/chromium (Debian: apt-get install ' +
      'chromium) or where the variable CHROMIUM says.',
  );
  return 1;
}
