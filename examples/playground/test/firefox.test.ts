import { visitIn } from '@snnl/browser-testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HEADERS } from '../build/headers';
import type { DriveReport } from './drive';
import { valuesOf } from './playground-page';
import { buildSite } from './site';

let site: Awaited<ReturnType<typeof buildSite>>;

beforeAll(async () => {
  site = await buildSite('<script type="module" src="/test/drive.ts"></script>');
}, 180_000);

afterAll(() => site?.remove());

test('trains on wasm in Firefox: losses and entanglement fall, accuracy rises', async () => {
  const report = await visitIn<DriveReport>('firefox', {
    folders: { '/': site.folder },
    headers: HEADERS,
    timeout: 100_000,
  });
  expect(report.complaints).toEqual([]);
  expect(report.status).toBe('Training on wasm.');
  expect(report.kernel).toBe('fused');
  const [early, late] = [valuesOf(report.early), valuesOf(report.late)];
  const lossName = 'trained on: cross-entropy + factor × SNNL';
  for (const name of [lossName, 'hidden 1', 'hidden 2', 'code', 'cross-entropy, held-out']) {
    expect(late[name], name).toBeLessThan(early[name] ?? 0);
  }
  expect(late.accuracy).toBeGreaterThan((early.accuracy ?? 1) + 0.1);
}, 120_000);
