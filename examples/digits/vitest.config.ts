import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const layerSource = fileURLToPath(
  new URL('../../packages/snnl-layer/src/index.ts', import.meta.url),
);

export default defineConfig({
  // The source, so that tests need no build first; the demo itself runs the built package.
  resolve: { alias: { 'snnl-layer': layerSource } },
  test: { name: 'digits', include: ['src/**/*.test.ts'], testTimeout: 60_000 },
});
