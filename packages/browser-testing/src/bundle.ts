import { basename, dirname } from 'node:path';
import { build, type UserConfig } from 'vite';

/**
 * Bundles a page with Vite, as users do.
 *
 * @param page Path of an HTML file; it keeps its name in `outDir`.
 * @param config More for Vite, such as `resolve.alias`.
 */
export async function bundle(page: string, outDir: string, config: UserConfig = {}): Promise<void> {
  await build({
    ...config,
    root: dirname(page),
    base: './',
    configFile: false,
    logLevel: 'error',
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      chunkSizeWarningLimit: 5000,
      rollupOptions: { input: { [basename(page, '.html')]: page } },
    },
  });
}
