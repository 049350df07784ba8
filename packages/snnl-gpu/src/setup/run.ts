import { spawn } from 'node:child_process';

export interface Outcome {
  readonly code: number;
  /** stdout and stderr, as they came. */
  readonly output: string;
}

/** Runs a program without a shell; one that does not exist ends with code 127. */
export function run(
  command: string,
  args: readonly string[],
  { cwd = process.cwd(), timeout = 0 }: { cwd?: string; timeout?: number } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
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
