import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { ENGINES, visitIn } from './engines';

const folder = mkdtempSync(join(tmpdir(), 'pages-'));

/** A visit to a page that runs `script`. */
function pageWith(script: string, seconds: number) {
  writeFileSync(join(folder, 'index.html'), `<!doctype html><script>${script}</script>`);
  return { folders: { '/': folder }, timeout: 1000 * seconds };
}

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(join(folder, 'index.html'), { force: true });
});

const post = (report: object) =>
  `fetch('/report', { method: 'POST', body: ${JSON.stringify(JSON.stringify(report))} });`;

test.each(ENGINES)('%s hands over what a page reports, or throws its error', async (engine) => {
  expect(await visitIn(engine, pageWith(post({ found: 3 }), 60))).toEqual({ found: 3 });
  const failed = visitIn(engine, pageWith(post({ error: 'No luck.' }), 60));
  await expect(failed).rejects.toThrow('No luck.');
});

test('a page that reports nothing is given up, with what its console said', async () => {
  const silent = visitIn('firefox', pageWith("console.error('Still at it.');", 10));
  await expect(silent).rejects.toThrow(
    /firefox gave no report of \/ in 10 s\. It said:.*Still at it/s,
  );
});

test('an engine that is not there is missed in words', async () => {
  vi.stubEnv('FIREFOX', '/nowhere/firefox');
  await expect(visitIn('firefox', pageWith(post({}), 60))).rejects.toThrow(
    'Expected firefox at /nowhere/firefox. Install it (Debian: apt-get install firefox-esr)',
  );
});
