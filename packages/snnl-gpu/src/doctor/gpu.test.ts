import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkGpu } from './gpu';

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
