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

const require = createRequire(join(root, 'packages', 'snnl-callbacks', 'package.json'));
const tf = createRequire(join(root, 'packages', 'snnl-layer', 'package.json'))('@tensorflow/tfjs');

/** The package, or a subpath of it, as `import` and as `require` give it. */
async function load(name, file) {
  const dist = join(root, 'packages', name, 'dist', file);
  const cjs = require(`${dist}.cjs`);
  const esm = await import(pathToFileURL(`${dist}.js`).href);
  assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort());
  console.log(`${name}/${file}: ${Object.keys(esm).length} exports, as ESM and as CommonJS`);
  return { esm, cjs };
}

async function train(layerPackage, callbacks) {
  await tf.setBackend('cpu');
  const layer = layerPackage.softNearestNeighbor({ factor: 1 });
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 3, inputShape: [2] }), layer, tf.layers.dense({ units: 2 })],
  });
  model.compile({ optimizer: 'sgd', loss: layerPackage.withTargetLabels('meanSquaredError') });
  const x = tf.tensor2d([0, 1, 1, 0, 2, 1, 1, 2], [4, 2]);
  const y = tf.oneHot(tf.tensor1d([0, 1, 0, 1], 'int32'), 2);
  const schedule = callbacks.inversePower({ gamma: 0.5 });
  const annealing = new callbacks.TemperatureAnnealing({ schedule });
  const { history } = await model.fit(x, y, { epochs: 2, verbose: 0, callbacks: [annealing] });
  assert(history.loss.every((loss) => Number.isFinite(loss) && loss > 0));
  assert(Math.abs(layer.temperature - Math.SQRT1_2) < 1e-6, `temperature ${layer.temperature}`);
  assert.equal(layerPackage.kernelFor('cpu'), 'fused');
}

const layer = await load('snnl-layer', 'index');
const callbacks = await load('snnl-callbacks', 'index');
await load('snnl-callbacks', 'node');
await load('snnl-gpu', 'index');
await load('snnl-gpu', 'node');
// Two copies of one package in a process share what tfjs knows of it, without a warning.
console.warn = (...words) => assert.doesNotMatch(words.join(' '), /already registered/);
await train(layer.esm, callbacks.esm);
await train(layer.cjs, callbacks.cjs);

/** Names of the packages that a built file imports, itself or through chunks. */
function packagesOf(path, seen = new Set()) {
  const code = readFileSync(path, 'utf8');
  for (const [, name] of code.matchAll(/^(?:import|export|\}).*?["']([^"']+)["'];?$/gm)) {
    if (name.startsWith('.')) packagesOf(join(dirname(path), name), seen);
    else seen.add(name);
  }
  return seen;
}

const built = join(root, 'packages', 'snnl-callbacks', 'dist');
const report = await import(pathToFileURL(join(built, 'report.js')).href);
assert.equal(typeof report.representationReport, 'function');
// What a page that only anneals loads: nothing of Node, and none of the libraries of the report.
assert.deepEqual([...packagesOf(join(built, 'index.js'))].sort(), [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  'snnl-layer',
]);
