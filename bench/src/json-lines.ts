import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A child process that answers each JSON line on its stdin with one on its stdout. */
export class JsonLines {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error(`The stdout of ${command} is not a pipe.`);
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error if the process ends instead of answering. */
  async ask(message: object): Promise<Record<string, unknown>> {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) {
      throw new Error(`${this.#child.spawnfile} ended before it answered; see its message above.`);
    }
    return JSON.parse(value);
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}
