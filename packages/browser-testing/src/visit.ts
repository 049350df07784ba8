import type { Browser, Page } from 'playwright-core';
import { serve } from './serve';

/** Where a page lies and how long its report may take. */
export interface Visit {
  /** Folders to serve, each under the path that its key gives. */
  readonly folders: Readonly<Record<string, string>>;
  /** Below the server's root, with query and hash; default the index. */
  readonly path?: string;
  /** Whether headers make the page cross-origin isolated. */
  readonly isolated?: boolean;
  /** More headers for every file. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until the report must be there. */
  readonly timeout: number;
}

/**
 * Opens a page that puts its findings into `window.report` and returns them.
 *
 * @throws Error with the page's own error where it reports `{error}`, with what the console said.
 */
export async function visit<Report extends object>(
  browser: Browser,
  { folders, path = '', isolated = false, headers = {}, timeout }: Visit,
): Promise<Report> {
  const { url, server } = await serve(folders, { isolated, headers });
  const page = await browser.newPage();
  const errors = consoleErrors(page);
  try {
    await page.goto(`${url}${path}`);
    await page.waitForFunction('window.report !== undefined', null, { timeout });
    const report = await page.evaluate<Report | { error: string }>('window.report');
    return reportOf(report, errors.join('\n'));
  } catch (error) {
    if (errors.length > 0) console.error(`The page said:\n${errors.join('\n')}`);
    throw error;
  } finally {
    await page.close();
    server.close();
  }
}

/** What a page found; throws the error that ended it instead, with what the browser said. */
export function reportOf<Report extends object>(
  report: Report | { error: string },
  said: string,
): Report {
  if ('error' in report) throw new Error(`${report.error}\n${said}`);
  return report;
}

function consoleErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  return errors;
}
