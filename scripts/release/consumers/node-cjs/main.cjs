// Without the package @tensorflow/tfjs, from the parts that are needed.
require('@tensorflow/tfjs-backend-cpu');
const core = require('@tensorflow/tfjs-core');
const layers = require('@tensorflow/tfjs-layers');
const callbacks = require('snnl-callbacks');
const { csv } = require('snnl-callbacks/node');
const gpu = require('snnl-gpu');
const layer = require('snnl-layer');

async function main() {
  const { train } = await import('./train.mjs');
  await train({ tf: { ...core, ...layers }, layer, callbacks, gpu });
  if (typeof csv !== 'function') throw new Error('expected csv to be a function');
  // Both entries share what they know of the backends.
  const { registered } = require('snnl-gpu/register');
  await registered;
  if (/not registered/.test(gpu.status().webgl.reason)) throw new Error('two copies of the status');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
