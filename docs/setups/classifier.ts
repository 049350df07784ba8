/** A small classifier of the digits, compiled, with two soft nearest neighbour layers. */
import * as tf from '@tensorflow/tfjs';
import { EntanglementLogger } from 'snnl-callbacks';
import { softNearestNeighbor, withTargetLabels } from 'snnl-layer';
import { heldOutLabels, heldOutX } from './digits';

export * from './digits';

export const model = tf.sequential({
  layers: [
    tf.layers.dense({ units: 32, activation: 'relu', inputShape: [784], name: 'hidden' }),
    softNearestNeighbor({ factor: 0.1, name: 'first' }),
    tf.layers.dense({ units: 16, activation: 'relu' }),
    softNearestNeighbor({ factor: 0.1, name: 'code' }),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: 'adam', loss: withTargetLabels('categoricalCrossentropy') });

/** What READMEs made in an earlier block. */
export const logger = new EntanglementLogger({ x: heldOutX, y: heldOutLabels });
