import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { name: 'digits', include: ['src/**/*.test.ts'] } });
