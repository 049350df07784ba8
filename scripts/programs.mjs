/**
 * Finds the programs that tests and benchmarks need, browsers and launchers of MPI, or installs Debian's
 * packages where it can. The files `programs.json` name the programs, their packages, and the variables
 * that may name other programs: `CHROMIUM=/path/to/chrome`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { root, run } from './pnpm.mjs';

const read = (file) => JSON.parse(readFileSync(`${root}packages/${file}`, 'utf8'));
const BROWSERS = read('browser-testing/src/programs.json');
const MPI = read('snnl-parallel/test/programs.json');
const PROGRAMS = { ...BROWSERS, ...MPI };

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

/** Returns 0 when the programs are there in the end. */
function ensure(names) {
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

/** The browsers and the launchers of MPI that the tests need. */
export const ensurePrograms = () => ensure(Object.keys(PROGRAMS));

/** Chromium alone: for the benchmarks, the documentation and the rehearsal of a release. */
export const ensureChromium = () => ensure(['chromium']);
