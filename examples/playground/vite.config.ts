import { defineConfig } from 'vite';
import { digits } from './build/digits-plugin';
import { HEADERS } from './build/headers';

export default defineConfig({
  // Relative addresses: the built page also works in a folder of a static host.
  base: './',
  plugins: [digits()],
  // One copy of each, whichever package asks: two do not know each other's layers and backends.
  resolve: {
    dedupe: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', 'snnl-layer'],
  },
  worker: { format: 'es' },
  build: { target: 'es2022', chunkSizeWarningLimit: 1500 },
  preview: { headers: HEADERS },
});
