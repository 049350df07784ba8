import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { balancedBatches } from './balanced-batches';
import { softNearestNeighbor } from './layer';
import { softNearestNeighborLoss } from './loss';
import { neighborEntanglement } from './neighbor-entanglement';

const misspelt = { temprature: 0.1 } as object;
const x = tf.tensor2d([0, 1, 2, 3], [2, 2]);

test('a misspelt option is refused, with those that there are', async () => {
  const expected = /among .*temperature.*, but got 'temprature'/;
  expect(() => softNearestNeighbor(misspelt)).toThrow(expected);
  expect(() => softNearestNeighborLoss([0, 0], x, misspelt)).toThrow(expected);
  await expect(neighborEntanglement([0, 0], x, misspelt)).rejects.toThrow(expected);
  const options = { classesPerBatch: 1, samplesPerClass: 2, seed: 1, epochs: 3 };
  expect(() => balancedBatches([0, 0], options)).toThrow(/among classesPerBatch, .*'epochs'/);
});

test('what is no options object is refused', () => {
  expect(() => softNearestNeighbor(0.5 as never)).toThrow(
    /softNearestNeighbor to be an object, such as \{ factor: \.\.\. \}, but got 0\.5/,
  );
  expect(() => softNearestNeighborLoss([0, 0], x, 'cosine' as never)).toThrow(
    /to be an object.* but got "cosine"/,
  );
});
