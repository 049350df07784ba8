import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, launch, visit } from '@snnl/browser-testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectUnitRows } from './unit-rows-expect';
import type { WebglReport } from './webgl-report';

const MINUTES = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'snnl-webgl-'));
const layerSource = fileURLToPath(new URL('../../snnl-layer/src/index.ts', import.meta.url));
let browser: Browser;
let report: WebglReport;

beforeAll(async () => {
  const alias = { 'snnl-layer': layerSource };
  await bundle(fileURLToPath(new URL('webgl.html', import.meta.url)), folder, {
    resolve: { alias },
  });
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
  expect(report.checks).toBeGreaterThan(120);
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
