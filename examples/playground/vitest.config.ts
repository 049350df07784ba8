import { defineConfig } from 'vitest/config';
import { SOURCES } from './build/sources';

export default defineConfig({
  resolve: { alias: SOURCES },
  test: {
    name: 'playground',
    include: ['{src,build,test}/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
