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

/** Builds the page from the sources of the packages and serves it with its headers. */
export async function serveSite(): Promise<Site> {
  const outDir = mkdtempSync(join(tmpdir(), 'playground-'));
  const shared = { root, logLevel: 'error', build: { outDir, minify: false } } as const;
  // The worker is bundled with the same aliases.
  await build({ ...shared, resolve: { alias: SOURCES } });
  const server = await preview({ ...shared, preview: { port: 0, host: '127.0.0.1' } });
  const [url] = server.resolvedUrls?.local ?? [];
  if (url === undefined) throw new Error('The preview server has no address.');
  return {
    url,
    async close() {
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
