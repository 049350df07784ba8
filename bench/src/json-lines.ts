import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A child process that answers each JSON line on its stdin with one on its stdout. */
export class JsonLines {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #failure = 'see its message above';

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.#child.on('error', (error) => {
      this.#failure = error.message;
    });
    // A write to a process that is gone: the missing answer tells it.
    this.#child.stdin?.on('error', () => {});
    const { stdout } = this.#child;
    if (stdout === null) throw new Error(`The stdout of ${command} is not a pipe.`);
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error if the process ends instead of answering. */
  async ask(message: object): Promise<Record<string, unknown>> {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) {
      throw new Error(`${this.#child.spawnfile} gave no answer: ${this.#failure}.`);
    }
    return JSON.parse(value);
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    const { pid, exitCode, signalCode } = this.#child;
    const running = pid !== undefined && exitCode === null && signalCode === null;
    if (running) await once(this.#child, 'exit');
  }
}
