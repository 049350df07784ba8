// Starts the programs of `test/programs` as ranks, under either MPI.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import programs from './programs.json' with { type: 'json' };

export const MPIS = ['openmpi', 'mpich'] as const;
export type Mpi = (typeof MPIS)[number];

export interface Outcome {
  readonly code: number;
  /** stdout and stderr, as they came. */
  readonly output: string;
  /** From when a rank said that it is at work, to the end of the launcher. */
  readonly seconds: number;
  /** Processes of the run that were still there two seconds after the launcher. */
  readonly orphans: readonly number[];
}

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Seconds after which a run counts as hanging. */
const LIMIT = 100;

function launcher(mpi: Mpi): string {
  const { variable, paths, packages } = programs[mpi];
  const named = process.env[variable];
  const found = (named === undefined ? paths : [named]).find(existsSync);
  if (found !== undefined) return found;
  throw new Error(
    `Expected ${mpi} at ${named ?? paths.join(' or ')}. Install it (Debian: apt-get install ` +
      `${packages.join(' ')}), or let the variable ${variable} name its mpirun.`,
  );
}

/** Processes in whose environment `mark` stands. */
function marked(mark: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const isOurs = /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`).includes(mark);
      return isOurs ? [Number(name)] : [];
    } catch {
      // Ended meanwhile.
      return [];
    }
  });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let runs = 0;

/**
 * Runs a program of `test/programs` as `ranks` processes.
 *
 * @param onWork Called with the process id of the launcher when a rank says that it is at work.
 */
export async function mpirun(
  mpi: Mpi,
  ranks: number,
  program: string,
  args: readonly string[] = [],
  onWork: (pid: number) => void = () => {},
): Promise<Outcome> {
  const mark = `SNNL_TEST_RUN=${process.pid}.${runs++}.`;
  const [name = '', value = ''] = mark.split('=');
  const root = process.getuid?.() === 0 ? ['--allow-run-as-root'] : [];
  const flags = mpi === 'openmpi' ? [...root, '--oversubscribe'] : [];
  const script = `test/programs/${program}.ts`;
  const command = [...flags, '-n', `${ranks}`, process.execPath, '--import', 'tsx', script];
  const child = spawn(launcher(mpi), [...command, ...args], {
    cwd: folder,
    env: { ...process.env, [name]: value, TF_CPP_MIN_LOG_LEVEL: '3' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let works = false;
  let worksSince = Date.now();
  const collect = (text: string) => {
    output += text;
    if (works || !output.includes('is at work')) return;
    works = true;
    worksSince = Date.now();
    onWork(child.pid as number);
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const kill = () => {
    for (const pid of marked(mark)) process.kill(pid, 'SIGKILL');
  };
  const timer = setTimeout(kill, LIMIT * 1000);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status, signal) => resolve(status ?? (signal === null ? 1 : 128)));
  });
  clearTimeout(timer);
  const seconds = (Date.now() - worksSince) / 1000;
  for (let turn = 0; turn < 20 && marked(mark).length > 0; turn++) await pause(100);
  const orphans = marked(mark);
  kill();
  return { code, output, seconds, orphans };
}
