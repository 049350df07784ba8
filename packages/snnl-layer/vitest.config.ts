import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'snnl-layer',
    include: ['{src,browser-test}/**/*.test.ts'],
    // For a slow, shared machine: no test measures time by it.
    testTimeout: 60_000,
    globalSetup: 'scripts/build-wasm.mjs',
  },
});
