// Two packages of one project use the loss; there must be one tfjs for both.
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { layer, tf } from 'example-model';
import * as callbacks from 'snnl-callbacks';
import * as gpu from 'snnl-gpu';
import { train } from '../train.mjs';

const from = (...path) =>
  path.reduce(
    (require, name) => createRequire(require.resolve(name)),
    createRequire(import.meta.url),
  );
const tfjs = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'];
for (const name of tfjs) {
  const users = [from(), from('example-model'), from('snnl-layer'), from('snnl-callbacks')];
  const copies = new Set(users.map((require) => realpathSync(require.resolve(name))));
  if (copies.size !== 1) throw new Error(`expected one ${name}, got ${[...copies].join(', ')}`);
}
await train({ tf, layer, callbacks, gpu });
