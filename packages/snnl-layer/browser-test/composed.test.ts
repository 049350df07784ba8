import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleQuickly, launch, visit } from '@snnl/browser-testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ComposedReport } from './composed';

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'snnl-browser-'));
let browser: Browser;

beforeAll(async () => {
  await bundleQuickly(fileURLToPath(new URL('composed.html', import.meta.url)), folder);
  browser = await launch();
}, 3 * MINUTES);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(['webgl', 'webgpu'])(
  'the composed form conforms on %s in Chromium',
  async (backend) => {
    const { checks, failures, losses } = await visit<ComposedReport>(browser, {
      folders: { '/': folder },
      path: `composed.html#${backend}`,
      timeout: 8 * MINUTES,
    });
    expect(failures).toEqual([]);
    expect(checks).toBeGreaterThan(100);
    // By one and the same kernels, but for the classes' numbers.
    const small = losses.slice(0, losses.length / 3);
    expect(small.every((loss) => loss > 0.5)).toBe(true);
    for (const [k, loss] of losses.entries()) {
      expect(loss).toBeCloseTo(small[k % small.length] as number, 5);
    }
  },
  10 * MINUTES,
);
