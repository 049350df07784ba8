import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleQuickly, launch, serve } from '@snnl/browser-testing';
import type { Page } from 'playwright-core';
import type { BrowserBackend, PageMeasures } from './measures';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The benchmark page in Chromium. */
export interface BrowserHost extends Omit<PageMeasures, 'start'> {
  /** Of the browser and of what renders in it. */
  readonly description: string;
  close(): Promise<void>;
}

async function openPage(page: Page, url: string): Promise<void> {
  page.on('pageerror', (error) => console.error(`The page said: ${error}`));
  await page.goto(`${url}page.html`);
  await page.waitForFunction(() => window.measures !== undefined);
}

/**
 * Opens the benchmark page in Chromium.
 *
 * @param hardware Renders on the graphics card instead of in software.
 */
export async function openBrowser(
  backend: BrowserBackend,
  hardware: boolean,
): Promise<BrowserHost> {
  const folder = mkdtempSync(join(tmpdir(), 'snnl-bench-'));
  const source = (name: string) => here(`../../../packages/${name}/src/index.ts`);
  await bundleQuickly(here('./page.html'), folder, {
    'snnl-layer': source('snnl-layer'),
    'snnl-gpu': source('snnl-gpu'),
  });
  const { url, server } = await serve({ '/': folder }, { isolated: true });
  const browser = await launch({ rendering: hardware ? 'hardware' : 'software' });
  const close = async () => {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const page = await browser.newPage();
    await openPage(page, url);
    const adapter = await page.evaluate(
      (name) => (window.measures as PageMeasures).start(name),
      backend,
    );
    return {
      description: `Chromium ${browser.version()}, ${adapter}`,
      times: (comparison) =>
        page.evaluate((c) => (window.measures as PageMeasures).times(c), comparison),
      memory: (size, distance) =>
        page.evaluate(([s, d]) => (window.measures as PageMeasures).memory(s, d), [
          size,
          distance,
        ] as const),
      step: (model, repeats) =>
        page.evaluate(([m, r]) => (window.measures as PageMeasures).step(m, r), [
          model,
          repeats,
        ] as const),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
