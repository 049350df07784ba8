import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { type Program, placeOf } from './programs';

/** What tfjs says in every Node process. */
const GREETING = /looks like you are running TensorFlow\.js in Node/;

/** Line, from 0, at which an error left the program. */
function lineIn(error: unknown, path: string): number {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const [, rest = ''] = stack.split(`${path}:`);
  return Number.parseInt(rest, 10) - 1 || 0;
}

/** Runs `action` and returns what it wrote to the console as a warning or an error. */
async function complaints(action: () => Promise<unknown>): Promise<string[]> {
  const said: string[] = [];
  const real = { ...console };
  const note = (...words: unknown[]): void => {
    const text = words.map((word) => (typeof word === 'string' ? word : inspect(word))).join(' ');
    if (!GREETING.test(text)) said.push(text);
  };
  Object.assign(console, { log: () => {}, info: () => {}, warn: note, error: note });
  try {
    await action();
  } finally {
    Object.assign(console, real);
  }
  return said;
}

/**
 * Runs the programs one after the other in this process, each in an empty folder.
 *
 * @returns What went wrong: a program that throws, or that writes a warning to the console.
 */
export async function runPrograms(programs: readonly Program[]): Promise<string[]> {
  const failures: string[] = [];
  const home = process.cwd();
  for (const program of programs) {
    const folder = mkdtempSync(join(tmpdir(), 'snippet-'));
    process.chdir(folder);
    try {
      const said = await complaints(() => import(pathToFileURL(program.path).href));
      failures.push(...[...new Set(said)].map((text) => `${placeOf(program, 0)}: warns: ${text}`));
    } catch (error) {
      failures.push(`${placeOf(program, lineIn(error, program.path))}: ${inspect(error)}`);
    } finally {
      process.chdir(home);
      rmSync(folder, { recursive: true });
    }
  }
  return failures;
}
