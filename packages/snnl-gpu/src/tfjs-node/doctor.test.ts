import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../node/package-root';
import type { PackageName } from '../setup/tfjs-node-package';
import { examine } from './examine';
import { type Finding, lineOf } from './finding';
import { checkNode } from './node-version';

const empty = mkdtempSync(join(tmpdir(), 'snnl-doctor-'));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

async function findings(project: string, name: PackageName): Promise<Finding[]> {
  const all: Finding[] = [];
  for await (const finding of examine({ project, name })) all.push(finding);
  return all;
}

test('where all works it says on what, and computes known cases', async () => {
  const all = await findings(packageRoot(), '@tensorflow/tfjs-node');
  const text = all.map(lineOf).join('\n');
  expect(text).toMatch(/ok +Node: /);
  expect(text).toMatch(/ok +backend: tensorflow, on the /);
  expect(text).toMatch(/ok +kernels: binary built here, libtensorflow \d+\.\d+\.\d+, CPU kernels /);
  expect(text).toMatch(/ok +self-test: 3 known cases, relative errors up to /);
  expect(text).not.toContain('FAIL');
});

test('a project without tfjs-node is told how to get it', async () => {
  const [problem, last] = (await findings(empty, '@tensorflow/tfjs-node-gpu')).slice(-2);
  expect(problem?.state).toBe('FAIL');
  expect(problem?.words).toContain('npx snnl-gpu setup-tfjs-node --gpu');
  expect(last?.words).toBe('not examined until the above is mended');
});

test('a Node that tfjs-node cannot run on is named, with the remedy', () => {
  const { state, words } = checkNode('23.1.0', false);
  expect(state).toBe('FAIL');
  expect(words).toMatch(/^23\.1\.0 lacks .*--import snnl-gpu\/node-shim/);
});
