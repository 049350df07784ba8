import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOFTWARE_RENDERING } from './chromium';
import { programPath } from './programs';
import { serve } from './serve';
import { reportOf, type Visit } from './visit';

/** The engines that pages are tested in. */
export const ENGINES = ['chromium', 'firefox', 'webkit'] as const;
export type Engine = (typeof ENGINES)[number];

/** No pages of its own at the first start; the console goes to stdout. */
const FIREFOX_SETTINGS = {
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'devtools.console.stdout.content': true,
};

/** How an engine opens a page, with `home` for what it writes. */
function commandOf(engine: Engine, home: string, url: string): string[] {
  // On a screen of its own: without one, Firefox and WebKit have no WebGL.
  const screen = () => [programPath('xvfb'), '--auto-servernum'];
  switch (engine) {
    case 'chromium':
      return [
        programPath('chromium'),
        '--headless=new',
        '--no-sandbox',
        '--no-first-run',
        '--enable-logging=stderr',
        `--user-data-dir=${home}`,
        ...SOFTWARE_RENDERING,
        url,
      ];
    case 'firefox': {
      const settings = Object.entries(FIREFOX_SETTINGS).map(
        ([name, value]) => `user_pref("${name}", ${value});\n`,
      );
      writeFileSync(join(home, 'user.js'), settings.join(''));
      return [...screen(), programPath('firefox'), '--no-remote', '--profile', home, url];
    }
    case 'webkit':
      return [
        ...screen(),
        programPath('webkit'),
        '--private',
        '--enable-write-console-messages-to-stdout=true',
        url,
      ];
  }
}

/**
 * Opens a page in a fresh browser of the engine and returns what it hands to `report`, as JSON. The
 * browser ends with the visit, and after `timeout` in any case.
 *
 * @throws Error with the page's own error where it reports one, and with the last lines of what the
 * browser wrote, its console included.
 */
export async function visitIn<Report extends object>(
  engine: Engine,
  { folders, path = '', isolated = false, headers = {}, timeout }: Visit,
): Promise<Report> {
  const home = mkdtempSync(join(tmpdir(), `${engine}-`));
  const { url, server, reported } = await serve(folders, { isolated, headers });
  try {
    const command = commandOf(engine, home, `${url}${path}`);
    const env = { HOME: home, TMPDIR: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home };
    // As Safari has it on isolated pages; WebKitGTK leaves it to this variable.
    const shared = engine === 'webkit' && isolated ? { JSC_useSharedArrayBuffer: '1' } : {};
    const seconds = timeout / 1000;
    const { first, said } = await runUntil(reported, command, { ...env, ...shared }, seconds);
    if (typeof first === 'object') return reportOf(first as Report, said);
    const why = first === TIMED_OUT ? `in ${seconds} s` : `before it ended with ${first}`;
    throw new Error(`${engine} gave no report of /${path} ${why}. It said:\n${said}`);
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What `timeout` of coreutils exits with. */
const TIMED_OUT = '124';

/** Runs a command until the promise is kept; what came first, that or its end, and what it wrote. */
async function runUntil<T>(
  promise: Promise<T>,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  seconds: number,
): Promise<{ first: T | string; said: string }> {
  // `timeout` ends all processes that the browser started, also when this process is killed.
  const browser = spawn('timeout', ['--kill-after=5', `${seconds}`, ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [browser.stdout, browser.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
  }
  const ended = new Promise<string>((resolve) => {
    browser.once('error', (error) => resolve(String(error)));
    browser.once('close', (code, signal) => resolve(`${code ?? signal}`));
  });
  const first = await Promise.race([promise, ended]);
  browser.kill();
  await ended;
  return { first, said };
}
