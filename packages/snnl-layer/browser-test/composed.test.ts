import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, launch } from './chromium';
import type { ComposedReport } from './composed';
import { serve } from './serve';

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'snnl-browser-'));
let browser: Browser;

beforeAll(async () => {
  await bundle('composed.html', folder);
  browser = await launch();
}, 3 * MINUTES);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function visit(backend: string): Promise<ComposedReport> {
  const { url, server } = await serve({ '/': folder }, { isolated: false });
  const page = await browser.newPage();
  try {
    await page.goto(`${url}composed.html#${backend}`);
    const timeout = 8 * MINUTES;
    await page.waitForFunction(() => window.composedReport !== undefined, null, { timeout });
    const report = await page.evaluate(() => window.composedReport);
    if (!report || 'error' in report) throw new Error(report?.error ?? 'no report');
    return report;
  } finally {
    await page.close();
    server.close();
  }
}

test.each(['webgl', 'webgpu'])(
  'the composed form conforms on %s in Chromium',
  async (backend) => {
    const { checks, failures } = await visit(backend);
    expect(failures).toEqual([]);
    expect(checks).toBeGreaterThan(100);
  },
  10 * MINUTES,
);
