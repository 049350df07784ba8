/**
 * Runs the pnpm version that package.json pins, through npx, so that only Node and npm are needed.
 * As a program: `node scripts/pnpm.mjs <pnpm arguments>`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** Runs `command` in the repository root (or `cwd`) and returns its exit code. */
export function run(command, args, { cwd = root, env = {}, stdio = 'inherit' } = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd,
    stdio,
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  return signal ? 130 : (status ?? 1);
}

/** pnpm as a command and its first arguments. */
export const pnpmCommand = ['npx', '--yes', packageManager];

/** Runs pnpm with `args` and returns its exit code. */
export function pnpm(args, options) {
  const [npx, ...pinned] = pnpmCommand;
  return run(npx, [...pinned, ...args], options);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(pnpm(process.argv.slice(2)));
