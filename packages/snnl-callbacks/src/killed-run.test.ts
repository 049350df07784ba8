import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from './testing/logs';
import { readScalars } from './testing/tensor-board-reader';

const program = fileURLToPath(new URL('testing/endless-training.ts', import.meta.url));
const tsconfig = fileURLToPath(new URL('../tsconfig.json', import.meta.url));

/** Trains in another process until `lines` were logged, and kills it in the midst of its work. */
async function killedAfter(lines: number): Promise<string> {
  const folder = temporaryFolder();
  const log = join(folder, 'log.jsonl');
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder], {
    env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_, signal) => resolve(signal));
  });
  while (!existsSync(log) || readFileSync(log, 'utf8').split('\n').length <= lines) {
    if (child.exitCode !== null) throw new Error(`The training ended by itself: ${errors}`);
    await delay(5);
  }
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  return folder;
}

/** Lines that ended. */
const complete = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);

it.each([3, 20, 57])('a run killed after %i lines leaves files that parse', async (lines) => {
  const folder = await killedAfter(lines);
  const rows = complete(join(folder, 'log.jsonl')).map((line) => JSON.parse(line));
  expect(rows.length).toBeGreaterThanOrEqual(lines);
  expect(rows.map(({ step }) => step)).toEqual(rows.map((_, step) => step));

  const [header, ...table] = complete(join(folder, 'log.csv')).map((line) => line.split(','));
  expect(new Set(table.map((cells) => cells.length))).toEqual(new Set([header?.length]));
  const events = readScalars(join(folder, 'board'))['entanglement/snnl_ratio'] ?? [];
  // The writers run one after the other, so they differ by one measurement at most.
  expect(table.length - rows.length).toBeOneOf([0, 1]);
  expect(rows.length - events.length).toBeOneOf([0, 1]);
  const ratios = rows.map((row) => row.entanglement_snnl_ratio);
  expect(events.map(([, , ratio]) => ratio)).toEqual(
    ratios.slice(0, events.length).map(Math.fround),
  );
});
