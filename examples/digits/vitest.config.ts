import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string =>
  fileURLToPath(new URL(`../../packages/${path}`, import.meta.url));

export default defineConfig({
  // The sources, so that tests need no build first; the demo itself runs the built packages.
  resolve: {
    alias: {
      'snnl-callbacks/report': source('snnl-callbacks/src/report.ts'),
      'snnl-callbacks': source('snnl-callbacks/src/index.ts'),
      'snnl-layer': source('snnl-layer/src/index.ts'),
    },
  },
  test: { name: 'digits', include: ['src/**/*.test.ts'], testTimeout: 60_000 },
});
