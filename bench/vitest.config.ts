import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { name: 'bench', include: ['src/**/*.test.ts'], testTimeout: 60_000 },
  // Measures the sources, so that no build is needed first; tsconfig.json says the same to tsx.
  resolve: {
    alias: {
      'snnl-gpu/node': fileURLToPath(new URL('../packages/snnl-gpu/src/node.ts', import.meta.url)),
      'snnl-layer': fileURLToPath(new URL('../packages/snnl-layer/src/index.ts', import.meta.url)),
    },
  },
});
