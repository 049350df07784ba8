import * as tf from '@tensorflow/tfjs';
import * as callbacks from 'snnl-callbacks';
import { csv } from 'snnl-callbacks/node';
import { reportHtml } from 'snnl-callbacks/report';
import * as gpu from 'snnl-gpu';
import * as layer from 'snnl-layer';
import { train } from './train.mjs';

await train({ tf, layer, callbacks, gpu });
for (const subpath of [csv, reportHtml]) {
  if (typeof subpath !== 'function') throw new Error('expected a function from each subpath');
}
