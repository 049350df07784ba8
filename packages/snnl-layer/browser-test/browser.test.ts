import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, ENGINES, visitIn } from '@snnl/browser-testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserReport } from './page';
import { expectSteady } from './steady-expect';

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'snnl-browser-'));
/** The build that an engine takes; WebKit 2.50 has no fused multiply-add by default. */
const BUILDS = { chromium: ['relaxed'], firefox: ['relaxed'], webkit: ['simd', 'relaxed'] };
const tfjsWasm = dirname(
  createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'),
);

beforeAll(async () => {
  await bundle(fileURLToPath(new URL('index.html', import.meta.url)), folder);
}, 3 * MINUTES);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(ENGINES)('a bundle by Vite in %s', (engine) => {
  test.each([true, false])(
    'conforms, stays the same and uses the threads it may, cross-origin isolated: %s',
    async (isolated) => {
      const report = await visitIn<BrowserReport>(engine, {
        folders: { '/wasm/': join(tfjsWasm, 'dist'), '/': folder },
        isolated,
        timeout: 4 * MINUTES,
      });
      const { status, milliseconds } = report;
      const { build, threads } = status;
      console.log(`${engine}: ${build}, ${threads} threads, ${milliseconds.toFixed(0)} ms`);
      for (const found of Object.values(report.steadiness)) await expectSteady(found);
      expect(report.failures).toEqual([]);
      expect(report.checks).toBeGreaterThan(200);
      expect(report.isolated).toBe(isolated);
      expect(report.status.fused).toBe(true);
      expect(BUILDS[engine]).toContain(report.status.build);
      expect(report.sameBits).toBe(true);
      if (isolated) expect(report.tasksHelped).toBeGreaterThan(0);
      else expect(report.tasksHelped).toBe(0);
    },
    5 * MINUTES,
  );
});
