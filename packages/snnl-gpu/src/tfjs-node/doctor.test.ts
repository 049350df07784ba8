import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { packageRoot } from '../node/binary';
import { examine } from './doctor';
import { checkGpu, checkNode, type Finding, lineOf } from './findings';
import type { PackageName } from './package';

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

describe('nvidia-smi', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'snnl-nvidia-smi-'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  /** A program of that name that comes first in PATH. */
  function nvidiaSmi(script: string): void {
    const program = join(folder, 'nvidia-smi');
    writeFileSync(program, `#!/bin/sh\n${script}\n`);
    chmodSync(program, 0o755);
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
  }

  test('a device is named with its driver', async () => {
    nvidiaSmi("echo 'NVIDIA H100, 570.86, 9.0'");
    expect(await checkGpu(true)).toMatchObject({
      state: 'ok',
      words: 'NVIDIA H100, driver 570.86, compute capability 9.0',
    });
  });

  test('what nvidia-smi complains of is shown', async () => {
    nvidiaSmi("echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18");
    const finding = await checkGpu(true);
    expect(finding.state).toBe('FAIL');
    expect(finding.words).toMatch(/^nvidia-smi fails: .*version mismatch\. .*mend the driver$/);
  });

  test('without a driver a GPU is missed only where one is wanted', async () => {
    vi.stubEnv('PATH', folder);
    expect((await checkGpu(false)).state).toBe('info');
    const finding = await checkGpu(true);
    expect(finding.state).toBe('FAIL');
    expect(finding.words).toMatch(/lists none\. .*install the driver$/);
  });
});
