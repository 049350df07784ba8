import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, launch, visit } from '@snnl/browser-testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserReport } from './page';

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'snnl-browser-'));
const tfjsWasm = dirname(
  createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'),
);
let browser: Browser;

beforeAll(async () => {
  await bundle(fileURLToPath(new URL('index.html', import.meta.url)), folder);
  browser = await launch();
}, 3 * MINUTES);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([true, false])(
  'a bundle by Vite in Chromium, cross-origin isolated: %s',
  (isolated) => {
    test(
      'conforms, uses the threads it may, and none changes a bit',
      async () => {
        const report = await visit<BrowserReport>(browser, {
          folders: { '/wasm/': join(tfjsWasm, 'dist'), '/': folder },
          isolated,
          timeout: 4 * MINUTES,
        });
        console.log(
          `1024x512 forward and backward in Chromium: ${report.milliseconds.toFixed(0)} ms`,
        );
        expect(report.failures).toEqual([]);
        expect(report.checks).toBeGreaterThan(200);
        expect(report.isolated).toBe(isolated);
        expect(report.status.fused).toBe(true);
        expect(report.status.build).toBe('relaxed');
        expect(report.sameBits).toBe(true);
        if (isolated) expect(report.tasksHelped).toBeGreaterThan(0);
        else expect(report.tasksHelped).toBe(0);
      },
      5 * MINUTES,
    );
  },
);
