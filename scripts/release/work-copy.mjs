/** A copy of the work tree in which versions may change, packages be built and published. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../pnpm.mjs';
import { exec } from './exec.mjs';

const git = (cwd, ...args) => execFileSync('git', args, { cwd, encoding: 'utf8' });
const IDENTITY = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost'];

/** Copies all files that git tracks or would track, as they are now. */
export function copyWorkTree(folder) {
  const listed = git(root, 'ls-files', '--cached', '--others', '--exclude-standard', '-z');
  for (const file of listed.split('\0').filter((name) => name && existsSync(join(root, name)))) {
    cpSync(join(root, file), join(folder, file));
  }
  // Changesets ask git since when a change is there, and tag what they publish.
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'add', '--all');
  git(folder, ...IDENTITY, 'commit', '--quiet', '--message', 'Rehearsal');
}

/** Installs and builds as `npm run release` does, then publishes with the versions of changesets. */
export async function publishFrom(folder, registryEnv) {
  const run = (script, env) => exec('npm', ['run', '--silent', script], { cwd: folder, env });
  await run('setup');
  await run('release:version');
  git(folder, ...IDENTITY, 'commit', '--quiet', '--all', '--message', 'Version');
  await run('build');
  await run('release:prebuild');
  return exec('node', ['scripts/pnpm.mjs', 'exec', 'changeset', 'publish', '--no-git-tag'], {
    cwd: folder,
    env: registryEnv,
  });
}
