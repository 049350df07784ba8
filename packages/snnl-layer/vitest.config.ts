import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'snnl-layer',
    include: ['src/**/*.test.ts'],
    globalSetup: 'scripts/build-wasm.mjs',
  },
});
