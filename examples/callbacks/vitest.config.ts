import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string =>
  fileURLToPath(new URL(`../../packages/${path}`, import.meta.url));

export default defineConfig({
  // The sources, so that tests need no build first; the longer names first.
  resolve: {
    alias: {
      'snnl-callbacks/node': source('snnl-callbacks/src/node.ts'),
      'snnl-callbacks/report': source('snnl-callbacks/src/report.ts'),
      'snnl-callbacks': source('snnl-callbacks/src/index.ts'),
      'snnl-layer': source('snnl-layer/src/index.ts'),
    },
  },
  test: { name: 'example-callbacks', include: ['src/**/*.test.ts'], testTimeout: 60_000 },
});
