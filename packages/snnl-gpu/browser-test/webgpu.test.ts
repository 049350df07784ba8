import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, launch, visit } from '@snnl/browser-testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UnitRowsReport } from './unit-rows';
import { expectUnitRows } from './unit-rows-expect';
import type { conformance } from './webgpu/conformance';
import type { FailuresReport } from './webgpu/failures';
import type { TrainingReport } from './webgpu/training';

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'snnl-webgpu-'));
const source = fileURLToPath(new URL('../../snnl-layer/src/index.ts', import.meta.url));
let browser: Browser;

beforeAll(async () => {
  const page = fileURLToPath(new URL('webgpu.html', import.meta.url));
  await bundle(page, folder, { resolve: { alias: { 'snnl-layer': source } } });
  browser = await launch();
}, 3 * MINUTES);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const findings = <Report extends object>(part: string) =>
  visit<Report>(browser, {
    folders: { '/': folder },
    path: `webgpu.html#${part}`,
    timeout: 5 * MINUTES,
  });

test(
  'the kernels conform, also to the fixtures',
  async () => {
    const found = await findings<Awaited<ReturnType<typeof conformance>>>('conformance');
    expect(found.status).toEqual({ fused: true, reason: 'shaders compiled and checked' });
    expect(found.failures).toEqual([]);
    expect(found.checks).toBeGreaterThan(100);
  },
  6 * MINUTES,
);

test(
  'rows are scaled to length 1, and gradients back',
  async () => expectUnitRows(await findings<UnitRowsReport>('unitRows')),
  3 * MINUTES,
);

test(
  'training gives the losses of the cpu backend, and a short last batch costs nothing new',
  async () => {
    const found = await findings<TrainingReport>('training');
    expect(found.kernel).toBe('fused');
    expect(found.losses.webgpu).toHaveLength(8);
    for (const [epoch, loss] of found.losses.cpu.entries()) {
      // Rounding differs and grows from step to step; 24 steps leave five digits.
      expect(found.losses.webgpu[epoch]).toBeCloseTo(loss, 4);
    }
    expect(found.losses.webgpu[7]).toBeLessThan(found.losses.webgpu[0] ?? 0);
    expect(found.tensors).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(found.pipelines).toEqual([]);
    expect(found.forOtherSizes).toEqual([]);
    expect(found.bytes).toBe(0);
  },
  3 * MINUTES,
);

test(
  'a broken shader is not registered, and a lost device is named and can be replaced',
  async () => {
    const found = await findings<FailuresReport>('failures');
    expect(found.broken.logSums?.fused).toBe(false);
    expect(found.broken.logSums?.reason).toMatch(
      /shader failed its check: logSums, line \d+: .*nonsense/,
    );
    expect(found.broken.weights?.reason).toMatch(/shader failed its check: weights, line \d+: /);
    expect(found.broken.mergeGradient?.fused).toBe(false);
    expect(found.broken.mergeGradient?.reason).toMatch(
      /SnnlNeighborLogSumsGrad, self-test: expected -0.42\d* at 0, got -0.63/,
    );
    expect(found.broken.unitRows?.reason).toMatch(/shader failed its check: unitRows, line \d+: /);
    expect(found.broken.unitRowsGrad?.reason).toMatch(
      /SnnlUnitRowsGrad, self-test: expected 0.128 at 0/,
    );
    expect(found.kernelWhenBroken).toBe('composed');
    expect(found.unitRowsWhenBroken).toBe(false);
    expect(found.lossWhenBroken).toBeCloseTo(Math.log(2 + Math.exp(-1)), 5);

    expect(found.good.fused).toBe(true);
    expect(found.same).toBe(true);
    expect(found.errorWhenLost).toMatch(/device of the backend is lost \(destroyed.*removeBackend/);
    expect(found.lost.fused).toBe(false);
    expect(found.lost.reason).toMatch(/device is lost \(destroyed/);
    expect(found.fresh.fused).toBe(true);
    expect(found.kernelWhenFresh).toBe('fused');
    expect(found.lossWhenFresh).toBeCloseTo(Math.log(2 + Math.exp(-1)), 5);
  },
  3 * MINUTES,
);
