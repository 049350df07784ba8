/**
 * Finds the browsers of tests and benchmarks, or installs Debian's packages where it can.
 * `packages/browser-testing/src/programs.json` names the programs, their packages, and the variables
 * that may name other programs: `CHROMIUM=/path/to/chrome`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { root, run } from './pnpm.mjs';

const file = `${root}packages/browser-testing/src/programs.json`;
const PROGRAMS = JSON.parse(readFileSync(file, 'utf8'));

const named = (name) => process.env[PROGRAMS[name].variable];

/** Where a program is looked for: where its variable says, else at the known places. */
const placesOf = (name) => (named(name) === undefined ? PROGRAMS[name].paths : [named(name)]);

const missing = (names) => names.filter((name) => !placesOf(name).some((path) => existsSync(path)));

/** Installs packages where this process may; what is then missing is found out by looking. */
function install(packages) {
  const isRoot = process.getuid?.() === 0;
  const canSudo = isRoot || spawnSync('sudo', ['-n', 'true']).status === 0;
  if (!canSudo || spawnSync('apt-get', ['--version']).status !== 0) return;
  console.error(`Installing Debian's ${packages.join(', ')} ...`);
  // On stderr: stdout belongs to the program set up.
  const stdio = ['inherit', 2, 2];
  const apt = (...args) =>
    isRoot ? run('apt-get', args, { stdio }) : run('sudo', ['-n', 'apt-get', ...args], { stdio });
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
}

/** Returns 0 when the programs, all of them by default, are there in the end. */
export function ensureBrowsers(names = Object.keys(PROGRAMS)) {
  const absent = missing(names).filter((name) => named(name) === undefined);
  if (absent.length > 0) install(absent.flatMap((name) => PROGRAMS[name].packages));
  for (const name of missing(names)) {
    const { variable, packages } = PROGRAMS[name];
    console.error(
      `${name} is needed. Expected it at ${placesOf(name).join(' or ')} (Debian: apt-get install ` +
        `${packages.join(' ')}), or where the variable ${variable} says.`,
    );
  }
  return missing(names).length === 0 ? 0 : 1;
}

/** Chromium alone: for the benchmarks, the documentation and the rehearsal of a release. */
export const ensureChromium = () => ensureBrowsers(['chromium']);
