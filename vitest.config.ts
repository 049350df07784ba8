import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'examples/*', 'benc[h]'],
    testTimeout: 30_000,
  },
});
