import { launch } from '@snnl/browser-testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PlaygroundPage } from './playground-page';
import { type Site, serveSite } from './site';

let site: Site;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([serveSite(), launch()]);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** Notes the longest task of the page, and how late its timers are, in ms. */
function watchPage(): void {
  const seen = { longest: 0, late: [] as number[] };
  Object.assign(window, { seen });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
  }).observe({ type: 'longtask' });
  let due = performance.now() + 20;
  setInterval(() => {
    seen.late.push(Math.max(performance.now() - due, 0));
    due = performance.now() + 20;
  }, 20);
}

test('trains on wasm: losses and entanglement fall, accuracy rises; pauses, goes on, resets', async () => {
  const at = await PlaygroundPage.open(browser, site.url, {});
  const { page } = at;
  await page.evaluate(watchPage);
  await at.press('Start');
  await at.reachStep(10);
  const early = await at.values();
  expect(await at.text('kernel')).toBe('fused');
  expect(await at.text('kernel-reason')).toMatch(/WebAssembly, \w+ build, up to \d+ threads/);
  await at.reachStep(120);
  const late = await at.values();
  for (const name of ['hidden 1', 'hidden 2', 'code', 'cross-entropy, held-out', 'temperature']) {
    expect(late[name], name).toBeLessThan(early[name] ?? 0);
  }
  expect(late['trained on: cross-entropy + factor × SNNL']).toBeLessThan(
    early['trained on: cross-entropy + factor × SNNL'] ?? 0,
  );
  expect(late.accuracy).toBeGreaterThan((early.accuracy ?? 1) + 0.1);

  await at.press('Pause');
  expect(await at.status()).toMatch(/^Paused after \d+ steps/);
  // What was under way arrives first.
  await page.waitForTimeout(700);
  const paused = await at.step();
  await page.waitForTimeout(700);
  expect(await at.step()).toBe(paused);

  // With the keyboard: from keep apart to entangle.
  await page.getByRole('slider', { name: 'Factor' }).focus();
  await page.keyboard.press('Home');
  expect(await at.status()).toContain('factor −1.00');
  const apart = (await at.values()).code ?? 1;
  await at.press('Resume');
  await at.reachStep(paused + 40);
  expect((await at.values()).code).toBeGreaterThan(apart + 0.1);

  const seen: { longest: number; late: number[] } = await page.evaluate(() =>
    Reflect.get(window, 'seen'),
  );
  const middle = seen.late.sort((a, b) => a - b)[Math.floor(seen.late.length / 2)] ?? Number.NaN;
  console.log(
    `While training: longest task of the page ${seen.longest} ms, timers late by ${middle.toFixed(1)} ms in the middle`,
  );
  // Far below what a step on the cpu backend takes; the longest depends on who shares the cores.
  expect(middle).toBeLessThan(30);

  await at.press('Reset');
  await at.inState('ready');
  expect(await at.text('step')).toBe('–');
  // Charts that are being drawn when the reset comes are drawn once more.
  await expect
    .poll(() => at.values(), { timeout: 5000 })
    .toMatchObject({ accuracy: Number.NaN, code: Number.NaN });
  await page.getByText('Press Start: each digit').waitFor();
  expect(at.complaints).toEqual([]);
  await page.close();
}, 90_000);

test.each(['webgpu', 'webgl', 'cpu'])(
  'trains on %s and says which kernels run',
  async (backend) => {
    const at = await PlaygroundPage.open(browser, site.url, {});
    await at.page.getByRole('radio', { name: new RegExp(`^${backend}`) }).check();
    await at.press('Start');
    await at.reachStep(10);
    const early = await at.values();
    expect(await at.status()).toBe(`Training on ${backend}.`);
    expect(await at.text('kernel')).toBe('fused');
    expect((await at.text('kernel-reason')).length).toBeGreaterThan(20);
    await at.reachStep(40);
    const late = await at.values();
    const lossName = 'trained on: cross-entropy + factor × SNNL';
    expect(late[lossName]).toBeLessThan(early[lossName] ?? 0);
    expect(late.accuracy).toBeGreaterThan(early.accuracy ?? 1);
    expect(at.complaints).toEqual([]);
    await at.page.close();
  },
  120_000,
);

describe.each([
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const)('$width pixels wide, $colorScheme', (options) => {
  test('is accessible and overflows nowhere, before and while training', async () => {
    const at = await PlaygroundPage.open(browser, site.url, options);
    const { page } = at;
    const overflow = () =>
      page.evaluate(() => {
        const wide = Array.from(document.querySelectorAll('body *')).filter(
          (child) => child.getBoundingClientRect().right > innerWidth + 0.5,
        );
        return wide.map(({ outerHTML }) => outerHTML.slice(0, 100));
      });
    const more = page.getByText('More settings');
    if (options.width < 700) await more.click();
    expect(await page.getByRole('radio').count()).toBe(4);
    expect(await at.violations()).toEqual([]);
    await at.press('Start');
    await at.reachStep(10);
    expect(await at.violations()).toEqual([]);
    expect(await overflow()).toEqual([]);
    await page.close();
  }, 60_000);
});

test('without WebGPU and WebGL it says so, and offers what is left', async () => {
  const bare = await launch({ rendering: 'none' });
  try {
    const at = await PlaygroundPage.open(bare, site.url, {});
    const { page } = at;
    for (const name of [/webgpu/, /webgl/]) {
      expect(await page.getByRole('radio', { name }).isDisabled()).toBe(true);
    }
    await page.getByText(/This browser has no WebGPU\.|no graphics adapter for it/).waitFor();
    await page.getByText('This browser has no WebGL 2.').waitFor();
    expect(await page.getByRole('radio', { name: /wasm/ }).isChecked()).toBe(true);
    await at.press('Start');
    await at.reachStep(10);
    expect(await at.status()).toBe('Training on wasm.');
  } finally {
    await bare.close();
  }
}, 60_000);
