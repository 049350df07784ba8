import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleQuickly, launch, visit } from '@snnl/browser-testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UnitRowsReport } from './unit-rows';
import { expectUnitRows } from './unit-rows-expect';
import type { conformance } from './webgpu/conformance';
import type { EdgesReport } from './webgpu/edges';
import type { FailuresReport } from './webgpu/failures';
import type { TrainingReport } from './webgpu/training';

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'snnl-webgpu-'));
const source = fileURLToPath(new URL('../../snnl-layer/src/index.ts', import.meta.url));
let browser: Browser;

beforeAll(async () => {
  const page = fileURLToPath(new URL('webgpu.html', import.meta.url));
  await bundleQuickly(page, folder, { 'snnl-layer': source });
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
  'numbers and shapes at the edge give the right value or NaN',
  async () => {
    const found = await findings<EdgesReport>('edges');
    expect(Object.keys(found.weightSums)).toHaveLength(12);
    for (const [what, sums] of Object.entries(found.weightSums)) {
      expect(sums).toHaveLength(10);
      // Roundings of exp and of sums over 200 weights.
      for (const sum of sums) expect(Math.abs(sum - 1), what).toBeLessThan(2e-5);
    }
    expect(found.largeIds).toEqual({ 16777216: true, 2147483644: true, '-2147483647': true });
    // The mean of (4 - 0.01) s^2 / T and (3.24 - 0.01) s^2 / T. From lengths of 6.5e18 on, NaN.
    const nan = Number.NaN;
    expect(found.far['1000000000000000000']?.[0]).toBeCloseTo(3.61e30, -25);
    expect(found.far['6000000000000000000']?.[0]).toBeCloseTo(36 * 3.61e30, -26);
    expect(found.far['10000000000000000000']).toEqual([nan, nan]);
    expect(found.far['15000000000000000000']).toEqual([nan, nan]);
    expect(found.empty).toEqual({
      mean: { loss: [0], gradient: [0, 3] },
      sum: { loss: [0], gradient: [0, 3] },
      none: { loss: [], gradient: [0, 3] },
    });
    expect(Object.keys(found.constant)).toHaveLength(4);
    for (const [d, error] of Object.entries(found.constant)) {
      // Roundings of runs of 512 equal terms and of up to 98 totals, a tenth of the worst.
      expect(error, `${d} features`).toBeLessThan(4e-6);
    }
    expect(Math.abs(found.wideUnit)).toBeLessThan(5e-7);
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
    expect(found.badLabels.message).toMatch(/takes its labels from the target.*row 0, \[0,0,0\]/);
    const [after, fresh] = found.badLabels.losses;
    expect(after).toBe(fresh);
    expect(after).toBeGreaterThan(0);
    const [without, one, two] = found.costs;
    if (!without || !one || !two) throw new Error('Expected three costs.');
    for (const [more, less] of [
      [one, without],
      [two, one],
    ] as const) {
      // 7 of them ours, the others for the labels and the sum of the losses.
      expect(more.computing - less.computing).toBeLessThanOrEqual(15);
      // 15 of ours, and those of tfjs.
      expect(more.dispatches - less.dispatches).toBeLessThanOrEqual(22);
      expect(more.reads).toBe(less.reads);
    }
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
    expect(found.again).toEqual(found.good);
    expect(found.errorWhenLost).toMatch(/device of the backend is lost \(destroyed.*removeBackend/);
    expect(found.lost.fused).toBe(false);
    expect(found.lost.reason).toMatch(/device is lost \(destroyed/);
    expect(found.fresh.fused).toBe(true);
    expect(found.kernelWhenFresh).toBe('fused');
    expect(found.lossWhenFresh).toBeCloseTo(Math.log(2 + Math.exp(-1)), 5);
  },
  6 * MINUTES,
);
