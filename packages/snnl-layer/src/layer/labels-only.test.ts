import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { softNearestNeighborLoss } from '../loss/loss';
import { BACKENDS, useBackend } from '../testing/backends';
import { classes, data, features } from '../testing/models';
import { type SoftNearestNeighbor, softNearestNeighbor } from './layer';
import { entanglement } from './metric';
import { labelsOnly } from './target-labels';

await useBackend('cpu');

const { x, y } = data(12);
const ids = classes(y);

/** An embedding of 5 units whose last layer is ours. */
const embedding = (layer: SoftNearestNeighbor, nested: boolean) => {
  const hidden = tf.layers.dense({
    units: 5,
    activation: 'tanh',
    useBias: false,
    inputShape: [6],
    kernelInitializer: tf.initializers.glorotNormal({ seed: 11 }),
  });
  const layers = [hidden, layer];
  return tf.sequential({ layers: nested ? [tf.sequential({ layers })] : layers });
};

describe.each(BACKENDS)('on %s', (backend) => {
  test.each([
    ['class ids', ids],
    ['a column of ids', tf.expandDims(ids, 1)],
    ['one-hot rows', y],
  ])('an embedding trains on %s alone', async (_, target) => {
    await useBackend(backend);
    for (const nested of [false, true]) {
      const layer = softNearestNeighbor({ name: 'code', anyTarget: true });
      const model = embedding(layer, nested);
      const metrics = [entanglement(layer)];
      model.compile({ optimizer: tf.train.sgd(1), loss: labelsOnly(), metrics });
      const loss = () => Number(softNearestNeighborLoss(ids, features(model, x), {}).arraySync());
      const before = loss();
      const validationData: [tf.Tensor, tf.Tensor] = [x, target];
      const options = { epochs: 5, batchSize: 12, verbose: 0, shuffle: false, validationData };
      const { history } = await model.fit(x, target, options);
      expect(history.loss?.[0]).toBeCloseTo(before, 4);
      expect(history.val_code_entanglement?.[4]).toBeCloseTo(loss(), 4);
      expect(history.val_loss).toEqual([0, 0, 0, 0, 0]);
      expect(loss()).toBeLessThan(before * 0.95);
    }
    await useBackend('cpu');
  });
});

test('it adds 0 and gradient 0, whatever the output is', () => {
  const output = tf.tensor2d([Number.POSITIVE_INFINITY, Number.NaN, 1, 2], [2, 2]);
  const { value, grad } = tf.valueAndGrad((yPred) => labelsOnly()(ids, yPred))(output);
  expect([value.arraySync(), ...grad.dataSync()]).toEqual([0, 0, 0, 0, 0]);
});

test('an open layer is saved and loaded, and predicts its features', async () => {
  const model = embedding(softNearestNeighbor({ anyTarget: true, name: 'code' }), false);
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
  expect((loaded.getLayer('code') as SoftNearestNeighbor).anyTarget).toBe(true);
  expect((loaded.predict(x) as tf.Tensor).arraySync()).toEqual(features(model, x).arraySync());
  loaded.compile({ optimizer: tf.train.sgd(0.1), loss: labelsOnly() });
  expect(await loaded.trainOnBatch(x, ids)).toBeGreaterThan(0);
});

test('wider features are refused', () => {
  const layer = softNearestNeighbor({ anyTarget: true, name: 'code' });
  expect(() => layer.apply(tf.input({ shape: [4, 4] }))).toThrow(/'code' has anyTarget: true/);
});
