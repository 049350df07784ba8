// Two copies of each package in one process, as ESM and as CommonJS, share what tfjs knows of them.
import { createRequire } from 'node:module';
import '@tensorflow/tfjs-backend-cpu';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import * as callbacks from 'snnl-callbacks';
import * as gpu from 'snnl-gpu';
import * as layer from 'snnl-layer';
import { train } from './train.mjs';

const tf = { ...core, ...layers };
const warnings = [];
console.warn = (...words) => warnings.push(words.join(' '));
const require = createRequire(import.meta.url);
const cjs = {
  layer: require('snnl-layer'),
  callbacks: require('snnl-callbacks'),
  gpu: require('snnl-gpu'),
};
if (cjs.layer.softNearestNeighbor === layer.softNearestNeighbor) {
  throw new Error('expected two copies');
}
await train({ tf, layer, callbacks, gpu });
await train({ tf, ...cjs });
await train({ tf, ...cjs, layer });
const twice = warnings.filter((warning) => /already registered/.test(warning));
if (twice.length > 0) throw new Error(twice.join('\n'));
