import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build as buildByEsbuild } from 'esbuild';
import { build } from 'vite';

/**
 * Bundles a page with Vite, as users do.
 *
 * @param page Path of an HTML file; it keeps its name in `outDir`.
 */
export async function bundle(page: string, outDir: string): Promise<void> {
  await build({
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

/**
 * Bundles a page with esbuild, for what does not depend on how it is bundled: a twentieth of the time.
 *
 * @param page Path of an HTML file with one script, a TypeScript module beside it.
 * @param alias Source files that stand for packages.
 */
export async function bundleQuickly(
  page: string,
  outDir: string,
  alias: Readonly<Record<string, string>> = {},
): Promise<void> {
  const html = readFileSync(page, 'utf8');
  const [, script = ''] = /src="(.+)\.ts"/.exec(html) ?? [];
  await buildByEsbuild({
    entryPoints: [join(dirname(page), `${script}.ts`)],
    outdir: outDir,
    alias,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
    // Or its paths would choose the sources for Node.
    tsconfigRaw: {},
  });
  writeFileSync(join(outDir, basename(page)), html.replace(`${script}.ts`, `${script}.js`));
}
