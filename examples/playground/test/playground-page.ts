import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

interface Options {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** The values that items in the keys of the charts show, by the names of the lines. */
export function valuesOf(items: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    items.map((item) => {
      const [, name = item, value] = /^(.*?)\s+([-–−\d.e+]+)$/s.exec(item) ?? [];
      return [name, Number(value)];
    }),
  );
}

/** The page as a person sees it: by roles, names and texts. */
export class PlaygroundPage {
  /** What the console and the page complained about, breaches of its security policy included. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  static async open(
    browser: Browser,
    url: string,
    { width = 1280, colorScheme = 'light' }: Options,
  ) {
    const page = await browser.newPage({
      viewport: { width, height: 800 },
      colorScheme,
      // Moving points costs much where the processor draws.
      reducedMotion: 'reduce',
    });
    const opened = new PlaygroundPage(page);
    await page.goto(url);
    await opened.inState('ready');
    return opened;
  }

  /** Waits for a state; a failure ends the wait with its message. */
  async inState(state: string): Promise<void> {
    const states = `body[data-state="${state}"], body[data-state="failed"]`;
    await this.page.locator(states).waitFor({ timeout: 40_000 });
    const reached = await this.page.locator('body').getAttribute('data-state');
    if (reached !== state) throw new Error(String(await this.status()));
  }

  press(name: string): Promise<void> {
    return this.page.getByRole('button', { name, exact: true }).click();
  }

  status(): Promise<string | null> {
    return this.page.getByRole('status').textContent();
  }

  async text(id: string): Promise<string> {
    return (await this.page.locator(`#${id}`).textContent()) ?? '';
  }

  async step(): Promise<number> {
    return Number(await this.text('step')) || 0;
  }

  async reachStep(step: number): Promise<void> {
    await expect
      .poll(() => this.step(), { timeout: 100_000, interval: 100 })
      .toBeGreaterThanOrEqual(step);
    // The charts follow within two rounds of drawing, a quarter of a second each.
    await this.page.waitForTimeout(600);
  }

  /** The latest values in the keys of the charts, by the names of the lines. */
  async values(): Promise<Record<string, number>> {
    return valuesOf(await this.page.locator('.key li').allInnerTexts());
  }

  /** What axe finds against WCAG 2.2 AA and its own good practices. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(axeSource);
    return this.page.evaluate(async () => {
      const { axe } = window as typeof window & { axe: typeof import('axe-core') };
      const { violations } = await axe.run();
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 150)} ${failureSummary}`),
      );
    });
  }
}
