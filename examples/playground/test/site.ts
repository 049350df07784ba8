import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import { SOURCES } from '../build/sources';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Builds the page from the sources of the packages into a new folder.
 *
 * @param tags More for its head, such as a script that drives the page.
 */
export async function buildSite(tags = ''): Promise<{ folder: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'playground-'));
  const handler = (html: string) => html.replace('</head>', `${tags}</head>`);
  await build({
    root,
    logLevel: 'error',
    build: { outDir: folder, minify: false },
    // The worker is bundled with the same aliases.
    resolve: { alias: SOURCES },
    plugins: [{ name: 'tags', transformIndexHtml: { order: 'pre', handler } }],
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Builds the page and serves it with its headers. */
export async function serveSite(): Promise<Site> {
  const { folder, remove } = await buildSite();
  const server = await preview({
    root,
    logLevel: 'error',
    build: { outDir: folder },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const [url] = server.resolvedUrls?.local ?? [];
  if (url === undefined) throw new Error('The preview server has no address.');
  return {
    url,
    async close() {
      await server.close();
      remove();
    },
  };
}
