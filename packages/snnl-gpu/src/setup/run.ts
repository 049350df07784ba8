import { spawn } from 'node:child_process';

export interface Outcome {
  readonly code: number;
  /** stdout and stderr, as they came. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** In ms; 0 is none. */
  readonly timeout?: number;
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program without a shell; one that does not exist ends with code 127. */
export function run(
  command: string,
  args: readonly string[],
  { cwd = process.cwd(), timeout = 0, env = {} }: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...{ cwd, timeout, env: { ...process.env, ...env } },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (text: string) => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
