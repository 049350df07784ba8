import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleQuickly, launch, visit } from '@snnl/browser-testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectUnitRows } from './unit-rows-expect';
import type { WebglReport } from './webgl';

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'snnl-webgl-'));
const layerSource = fileURLToPath(new URL('../../snnl-layer/src/index.ts', import.meta.url));
let browser: Browser;
let report: WebglReport;

beforeAll(async () => {
  const alias = { 'snnl-layer': layerSource };
  await bundleQuickly(fileURLToPath(new URL('webgl.html', import.meta.url)), folder, alias);
  browser = await launch();
  report = await visit<WebglReport>(browser, {
    folders: { '/': folder },
    path: 'webgl.html',
    timeout: 9 * MINUTES,
  });
}, 10 * MINUTES);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the kernels are registered and conform', () => {
  expect(report.status).toEqual({
    fused: true,
    reason: 'shaders compiled and checked',
  });
  expect(report.failures).toEqual([]);
  expect(report.checks).toBeGreaterThan(160);
});

test('rows are scaled to length 1, and gradients back', () => {
  expectUnitRows(report.unitRows);
});

test('ids beyond 2^24 are told apart, or give NaN once they are rounded', () => {
  const { onCpu, onGpu } = report.labels;
  expect(onCpu.sameCount).toEqual([1, 1, 1, 0, 0, 1]);
  expect(onCpu.logSumSame[3]).toBe(0);
  expect(onCpu.logSumSame[0]).toBeLessThan(0);
  expect(onCpu.logSumSame[0]).toBe(onCpu.logSumSame[2]);
  expect(onGpu.logSumSame).toEqual(new Array(6).fill(Number.NaN));
});

test('a batch of several panels has the gradient that all its weights give', () => {
  expect(report.panels.largest).toBeGreaterThan(1e-3);
  expect(report.panels.difference).toBeLessThan(1e-5);
});

test('rows that no texture holds are declined before anything is drawn', () => {
  const { maxSide, declined } = report.edges;
  expect(declined.fits).toEqual([true, false]);
  expect(declined.errors).toHaveLength(2);
  for (const error of declined.errors) {
    expect(error).toContain(`[3, ${4 * maxSide + 1}] features do not fit into one texture`);
    expect(error).toContain(`whose longest side is ${maxSide} texels of 4 values`);
  }
  expect(declined.draws).toBe(0);
  expect(declined.bytes).toBe(0);
});

test('a loss of such rows is that of the composed form, which is said once', () => {
  const { losses, warnings, refusal } = report.edges.declined;
  // Rows of 0 and 1, and 1 at a temperature of their length: -log(e^-1 / (e^-1 + e^-4)) and so on.
  const [composed, ...others] = losses;
  const of = (same: number, all: number[]) =>
    same + Math.log(all.reduce((sum, d) => sum + Math.exp(-d), 0));
  const mean = (of(1, [1, 4]) + of(1, [1, 1])) / 2;
  expect(composed).toBeCloseTo(mean, 3);
  expect(others).toEqual([composed, composed]);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('runs in core tfjs ops here: [3, ');
  expect(refusal).toMatch(
    /^RangeError: kernel: 'fused' was asked for, but \[3, \d+\] features do not fit/,
  );
});

test('a network with more features than a texture holds trains as by the composed form', () => {
  const [auto, composed] = report.edges.declined.steps;
  expect(auto).toEqual(composed);
  expect(auto?.every(Number.isFinite)).toBe(true);
  expect(auto?.[1]).not.toBe(auto?.[0]);
});

test('distances keep their digits over the longest rows', () => {
  // Sums of 64 and of up to 256 terms, each of which a rounding of 6e-8 may push the same way.
  for (const error of report.edges.constantDifferences) expect(error).toBeLessThan(1e-5);
});

test('the unit square has its loss and gradient at any scale and beside any point', () => {
  const p = 1 / (2 + Math.exp(-1));
  const gradient = [-p, 1 - p, p, 1 - p, -p, p - 1, p, p - 1];
  for (const { name, ...square } of report.edges.squares) {
    expect({ name, ...square }).toEqual({
      name,
      loss: expect.closeTo(-Math.log(p), 5),
      gradient: gradient.map((value) => expect.closeTo(value, 5)),
    });
  }
});

test('distances beyond float32 give NaN, those within it a loss', () => {
  const [within = Number.NaN, beyond] = report.edges.huge;
  // 4 and 3.24 to the partner, 0.01 to the nearest: the mean of 3.99 and 3.23, times 1e36 / 1e6.
  expect(within / 3.61e30).toBeCloseTo(1, 5);
  expect(beyond).toBe(Number.NaN);
});

test('an empty batch has loss 0 and an empty gradient', () => {
  expect(report.edges.empty).toEqual({
    loss: 0,
    shapes: [
      [0, 3],
      [9, 0],
      [0, 3],
      [0, 3],
    ],
  });
});

test('a layer adds few draws to a training step, and no reading', () => {
  for (const [distance, { kernels, draws, readings }] of Object.entries(report.draws)) {
    console.log(`a layer, ${distance}: ${kernels} kernels and ${draws} draws more`);
    expect(kernels).toBeGreaterThan(3);
    expect(kernels).toBeLessThanOrEqual(15);
    expect(draws).toBeGreaterThan(10);
    expect(draws).toBeLessThanOrEqual(40);
    expect(readings).toBe(0);
  }
});

test('a seeded model trains as on the cpu backend', () => {
  const { losses, cpuLosses } = report.training;
  expect(losses).toHaveLength(6);
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  for (const [epoch, loss] of losses.entries()) {
    // float32 on both sides; differences grow from step to step.
    expect(Math.abs(loss / (cpuLosses[epoch] ?? 0) - 1)).toBeLessThan(1e-5);
  }
});

test('no epoch leaves a tensor or a texture behind, or compiles a program again', () => {
  const { tensors, bytes, programs } = report.training;
  for (const counts of [tensors, bytes, programs]) {
    const [, , settled, ...later] = counts;
    expect(later).toEqual([settled, settled, settled]);
  }
});

test('16384 samples of 64 features stay under 256 MB', () => {
  console.log(`16384 x 64: ${(report.peakBytes / 2 ** 20).toFixed(0)} MiB at most`);
  expect(report.peakBytes).toBeLessThan(256e6);
});

test('float16 render targets are refused in words', () => {
  expect(report.halfFloat.fused).toBe(false);
  expect(report.halfFloat.reason).toMatch(/float32 render targets/);
});

test('kernels that cannot draw, or give wrong numbers, are not registered', () => {
  const { noTargets, wrongNumber, wrongUnitRows, kernel, bytes, mended } = report.broken;
  expect(noTargets.fused).toBe(false);
  expect(noTargets.reason).toMatch(
    /shader failed its check: WebGL cannot draw into \d float32 textures at once here \(.*36061/,
  );
  expect(wrongNumber.fused).toBe(false);
  expect(wrongNumber.reason).toMatch(/SnnlNeighborLogSumsGrad, self-test: expected -0.42\d* at 0/);
  expect(wrongUnitRows.fused).toBe(false);
  expect(wrongUnitRows.reason).toMatch(/SnnlUnitRowsGrad, self-test: expected 0.128 at 0/);
  expect(report.broken.unequalDistances.reason).toMatch(
    /SnnlNeighborLogSumsGrad, self-test: expected/,
  );
  expect(kernel).toBe('composed');
  expect(report.broken.unitRows).toBe(false);
  expect(bytes).toBe(0);
  expect(mended).toEqual(report.status);
});

test('a lost context is named, and a fresh backend works', () => {
  const { before, error, statusWhileLost, after } = report.lost;
  expect(before).toBeCloseTo(Math.log(2 + Math.exp(-1)), 5);
  expect(error).toMatch(/context of the backend 'webgl' is lost/);
  expect(statusWhileLost.fused).toBe(false);
  expect(statusWhileLost.reason).toMatch(/lost/);
  expect(after).toBe(before);
});
