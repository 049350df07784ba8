import { type ChildProcess, spawn } from 'node:child_process';
import { UserError } from '../errors';

export interface Outcome {
  readonly code: number;
  /** stdout and stderr, as they came. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** In ms; 0 is none. What the program started is stopped with it. */
  readonly timeout?: number;
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** With a group of its own, a program can be stopped with all that it started. */
const GROUPS = process.platform !== 'win32';

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(GROUPS ? -pid : pid, name);
  } catch {
    // Ended meanwhile.
  }
}

/**
 * Runs a program without a shell; one that does not exist ends with code 127.
 *
 * @throws UserError where the user interrupts it (SIGINT, which is passed on).
 */
export function run(
  command: string,
  args: readonly string[],
  { cwd = process.cwd(), timeout = 0, env = {} }: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...{ cwd, env: { ...process.env, ...env }, detached: GROUPS },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (text: string) => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    const stop = () => {
      signal(child, 'SIGKILL');
      collect(`\n${command} was stopped: it took more than ${timeout / 1000} seconds.\n`);
    };
    const timer = timeout > 0 ? setTimeout(stop, timeout) : undefined;
    let interrupted = false;
    // A terminal sends it to the group of this process only.
    const interrupt = () => {
      interrupted = true;
      signal(child, 'SIGINT');
    };
    process.on('SIGINT', interrupt);
    const settle = (code: number) => {
      clearTimeout(timer);
      process.off('SIGINT', interrupt);
      if (interrupted) reject(new UserError(`Interrupted while ${command} was running.`));
      else resolve({ code, output });
    };
    child.on('error', (error) => {
      collect(error.message);
      settle(127);
    });
    child.on('close', (code) => settle(code ?? 1));
  });
}
