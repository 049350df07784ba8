import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeAtomically } from './atomic-write';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'atomic-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('writes into a new folder, replaces, and leaves nothing else behind', () => {
  const path = join(directory, 'new', 'file.txt');
  writeAtomically(path, 'first');
  writeAtomically(path, 'second');
  expect(readFileSync(path, 'utf8')).toBe('second');
  expect(readdirSync(join(directory, 'new'))).toEqual(['file.txt']);
});

it('removes the temporary file when the target cannot be replaced', () => {
  const path = join(directory, 'taken');
  mkdirSync(join(path, 'inside'), { recursive: true });
  expect(() => writeAtomically(path, 'text')).toThrow();
  expect(readdirSync(directory)).toEqual(['taken']);
});
