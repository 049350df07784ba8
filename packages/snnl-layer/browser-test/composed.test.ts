import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, launch, visit } from '@snnl/browser-testing';
import type { ConformanceResult } from '@snnl/reference/checks';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'snnl-browser-'));
let browser: Browser;

beforeAll(async () => {
  await bundle(fileURLToPath(new URL('composed.html', import.meta.url)), folder);
  browser = await launch();
}, 3 * MINUTES);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(['webgl', 'webgpu'])(
  'the composed form conforms on %s in Chromium',
  async (backend) => {
    const { checks, failures } = await visit<ConformanceResult>(browser, {
      folders: { '/': folder },
      path: `composed.html#${backend}`,
      timeout: 8 * MINUTES,
    });
    expect(failures).toEqual([]);
    expect(checks).toBeGreaterThan(100);
  },
  10 * MINUTES,
);
