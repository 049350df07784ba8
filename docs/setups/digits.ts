/** 300 handwritten digits to train on, 100 others that are held out, and what READMEs call them. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { digits } from '@snnl/datasets';

export { writeFileSync } from 'node:fs';
export * as tf from '@tensorflow/tfjs';

await tf.setBackend('wasm');

/** Pixels `[300, 784]`, one-hot rows `[300, 10]`, class ids `[300]`. */
export const { x, y, labels, ids } = digits('test', 0, 300);
export const { x: heldOutX, y: heldOutY, labels: heldOutLabels } = digits('test', 300, 100);
