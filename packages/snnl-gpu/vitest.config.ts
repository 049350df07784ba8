import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const layerSource = fileURLToPath(new URL('../snnl-layer/src/index.ts', import.meta.url));
const nodeSource = fileURLToPath(new URL('src/node.ts', import.meta.url));

export default defineConfig({
  // The source, so that tests need no build first.
  resolve: { alias: { 'snnl-layer': layerSource, '#tensorflow': nodeSource } },
  test: {
    name: 'snnl-gpu',
    include: ['{src,browser-test,native-test}/**/*.test.ts'],
    testTimeout: 60_000,
    // As users of Node 23 and newer start programs with tfjs-node.
    execArgv: ['--import', new URL('node-shim.js', import.meta.url).href],
    // TensorFlow's greetings.
    env: { TF_CPP_MIN_LOG_LEVEL: '3' },
  },
});
