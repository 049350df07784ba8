/**
 * Loads each built package as its users do, as ESM and as CommonJS, and checks that both give the
 * same exports and that the package trains.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './pnpm.mjs';

const from = join(root, 'packages', 'snnl-layer', 'package.json');
const require = createRequire(from);
const tf = require('@tensorflow/tfjs');

async function train(snnl) {
  await tf.setBackend('cpu');
  const layer = snnl.softNearestNeighbor({ factor: 1 });
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 3, inputShape: [2] }), layer, tf.layers.dense({ units: 2 })],
  });
  model.compile({ optimizer: 'sgd', loss: snnl.withTargetLabels('meanSquaredError') });
  const x = tf.tensor2d([0, 1, 1, 0, 2, 1, 1, 2], [4, 2]);
  const loss = await model.trainOnBatch(x, tf.oneHot(tf.tensor1d([0, 1, 0, 1], 'int32'), 2));
  assert(Number.isFinite(loss) && loss > 0, `expected a finite loss above 0, got ${loss}`);
}

const cjs = require('../../packages/snnl-layer/dist/index.cjs');
const esm = await import(pathToFileURL(join(root, 'packages/snnl-layer/dist/index.js')).href);
assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort());
for (const snnl of [esm, cjs]) await train(snnl);
console.log(`snnl-layer: ${Object.keys(esm).length} exports, as ESM and as CommonJS`);
