import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const layerSource = fileURLToPath(new URL('../snnl-layer/src/index.ts', import.meta.url));

export default defineConfig({
  // The source, so that tests need no build first.
  resolve: { alias: { 'snnl-layer': layerSource } },
  test: {
    name: 'snnl-callbacks',
    include: ['src/**/*.test.ts'],
    testTimeout: 60_000,
    // Once, not by each file that reads what TensorBoard reads.
    globalSetup: 'src/testing/tensor-board-reader.ts',
  },
});
