import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureCudaCode } from './cuda-code';

let native: string;
const file = (name: string) => join(native, 'cuda', name);
const generated = () => readFileSync(file('fatbin.generated.cc'), 'utf8');

/** A file of so many seconds after a moment in the past. */
function write(name: string, text: string, seconds: number): void {
  writeFileSync(file(name), text);
  utimesSync(file(name), 1e9 + seconds, 1e9 + seconds);
}

beforeEach(() => {
  native = mkdtempSync(join(tmpdir(), 'snnl-cuda-code-'));
  mkdirSync(join(native, 'cuda'));
  const target = JSON.stringify(file('fatbin.generated.cc'));
  const build = `import { writeFileSync } from 'node:fs'; writeFileSync(${target}, 'built');`;
  write('build.mjs', build, 0);
  write('kernels.cu', '', 0);
});
afterEach(() => rmSync(native, { recursive: true, force: true }));

test.each([
  ['an empty fat binary', 'const size_t kFatbinBytes = 0;', 1],
  ['code as old as its source', 'const size_t kFatbinBytes = 10;', 0],
])('%s is made again, unless nvcc is left out', async (_, text, seconds) => {
  write('fatbin.generated.cc', text, seconds);
  await ensureCudaCode(native, true);
  expect(generated()).toBe(text);
  await ensureCudaCode(native, false);
  expect(generated()).toBe('built');
});

test('code newer than its source is kept', async () => {
  const text = 'const size_t kFatbinBytes = 10;';
  write('fatbin.generated.cc', text, 1);
  await ensureCudaCode(native, false);
  expect(generated()).toBe(text);
});
