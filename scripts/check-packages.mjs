/**
 * Loads each built package as its users do, as ESM and as CommonJS, and checks that both give the
 * same exports and that the package trains.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './pnpm.mjs';

const load = (path) => import(pathToFileURL(join(root, 'packages', path)).href);
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
const esm = await load('snnl-layer/dist/index.js');
assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort());
for (const snnl of [esm, cjs]) await train(snnl);
console.log(`snnl-layer: ${Object.keys(esm).length} exports, as ESM and as CommonJS`);

for (const entry of ['index', 'node']) {
  const asCjs = require(`../../packages/snnl-callbacks/dist/${entry}.cjs`);
  const asEsm = await load(`snnl-callbacks/dist/${entry}.js`);
  assert.deepEqual(Object.keys(asCjs).sort(), Object.keys(asEsm).sort());
  console.log(
    `snnl-callbacks ${entry}: ${Object.keys(asEsm).length} exports, as ESM and as CommonJS`,
  );
}
const report = await load('snnl-callbacks/dist/report.js');
assert.equal(typeof report.representationReport, 'function');
/** Names of the packages that a built file imports, itself or through chunks. */
function packagesOf(path, seen = new Set()) {
  const code = readFileSync(path, 'utf8');
  for (const [, name] of code.matchAll(/^(?:import|export|\}).*?["']([^"']+)["'];?$/gm)) {
    if (name.startsWith('.')) packagesOf(join(dirname(path), name), seen);
    else seen.add(name);
  }
  return seen;
}

// What a page that only anneals loads: nothing of Node, and none of the libraries of the report.
assert.deepEqual([...packagesOf(join(root, 'packages/snnl-callbacks/dist/index.js'))].sort(), [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  'snnl-layer',
]);
console.log(`snnl-callbacks report: ${Object.keys(report).length} exports, as ESM`);
