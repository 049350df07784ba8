import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleQuickly, ENGINES, visitIn } from '@snnl/browser-testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectSteady } from '../../snnl-layer/browser-test/steady-expect';
import type { EngineReport } from './engines';

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'snnl-engines-'));
const layerSource = fileURLToPath(new URL('../../snnl-layer/src/index.ts', import.meta.url));

beforeAll(async () => {
  const alias = { 'snnl-layer': layerSource };
  await bundleQuickly(fileURLToPath(new URL('engines.html', import.meta.url)), folder, alias);
}, 3 * MINUTES);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each(ENGINES)(
  'webgl conforms and stays the same in %s',
  async (engine) => {
    const found = await visitIn<EngineReport>(engine, {
      folders: { '/': folder },
      path: 'engines.html',
      timeout: 4 * MINUTES,
    });
    expect(found.status.fused).toBe(true);
    await expectSteady(found.steadiness);
    expect(found.failures).toEqual([]);
    expect(found.checks).toBeGreaterThan(100);
  },
  5 * MINUTES,
);
