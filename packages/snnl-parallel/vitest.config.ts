import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const layerSource = fileURLToPath(new URL('../snnl-layer/src/index.ts', import.meta.url));

export default defineConfig({
  resolve: { alias: { 'snnl-layer': layerSource } },
  test: {
    name: 'snnl-parallel',
    include: ['{src,test}/**/*.test.ts'],
    testTimeout: 120_000,
  },
});
