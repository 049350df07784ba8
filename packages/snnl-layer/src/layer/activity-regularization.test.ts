import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { softNearestNeighborLoss } from '../loss/loss';
import { BACKENDS, useBackend } from '../testing/backends';
import { classes, data, features } from '../testing/models';
import type { ActivityRegularization } from './activity-regularization';
import { activityRegularizer, registerLayer, softNearestNeighbor } from './layer';
import { stripEntanglement } from './rewire/strip';
import { withTargetLabels } from './target-labels';

await useBackend('cpu');

const { x, y } = data(12);
const nothing = (_: tf.Tensor, yPred: tf.Tensor) => tf.mul(tf.sum(yPred), 0);

const hidden = () =>
  tf.layers.dense({
    units: 5,
    activation: 'tanh',
    useBias: false,
    inputShape: [6],
    kernelInitializer: tf.initializers.glorotNormal({ seed: 11 }),
  });

/** (l1 sum |a| + l2 sum a^2) / batch, in float64. */
function expected(activations: tf.Tensor, l1: number, l2: number): number {
  const values = [...activations.dataSync()];
  const sum = values.reduce((total, a) => total + l1 * Math.abs(a) + l2 * a * a, 0);
  return sum / (activations.shape[0] ?? NaN);
}

describe.each(BACKENDS)('on %s', (backend) => {
  test.each(['sequential', 'nested'])('adds its sum over the batch in a %s model', async (kind) => {
    await useBackend(backend);
    const inside = [hidden(), activityRegularizer({ l1: 0.5, l2: 2 })];
    const model = tf.sequential({
      layers: kind === 'nested' ? [tf.sequential({ layers: inside })] : inside,
    });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: nothing });
    const loss = () => expected(features(model, x), 0.5, 2);
    const before = loss();
    expect(await model.trainOnBatch(x, tf.zeros([12, 5]))).toBeCloseTo(before, 4);
    expect(loss()).toBeLessThan(before * 0.9);
    await model.trainOnBatch(x, tf.zeros([12, 5]));
    const { numTensors } = tf.memory();
    for (let i = 0; i < 20; i++) await model.trainOnBatch(x, tf.zeros([12, 5]));
    (model.predict(x) as tf.Tensor).dispose();
    expect(tf.memory().numTensors - numTensors).toBe(20);
    await useBackend('cpu');
  });
});

test('has the gradient of its formula', async () => {
  const model = tf.sequential({ layers: [hidden(), activityRegularizer({ l1: 0.3, l2: 0.7 })] });
  const [kernel] = model.trainableWeights;
  const before = kernel?.read().clone() as tf.Tensor2D;
  const gradient = tf.grad((w: tf.Tensor) => {
    const a = tf.tanh(tf.matMul(x, w as tf.Tensor2D));
    return tf.div(tf.add(tf.mul(tf.sum(tf.abs(a)), 0.3), tf.mul(tf.sum(tf.square(a)), 0.7)), 12);
  })(before);
  model.compile({ optimizer: tf.train.sgd(1), loss: nothing });
  await model.trainOnBatch(x, tf.zeros([12, 5]));
  const step = [...tf.sub(before, kernel?.read() as tf.Tensor).dataSync()];
  [...gradient.dataSync()].forEach((value, i) => {
    expect(step[i]).toBeCloseTo(value, 6);
  });
});

test('stands behind the loss, and at several places', async () => {
  const snnl = softNearestNeighbor({ factor: 2 });
  const penalty = activityRegularizer({ l2: 0.1 });
  const input = tf.input({ shape: [6] });
  const code = hidden().apply(input) as tf.SymbolicTensor;
  const once = penalty.apply(snnl.apply(code)) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: penalty.apply(once) as tf.SymbolicTensor });
  model.compile({ optimizer: tf.train.sgd(0), loss: withTargetLabels(nothing) });
  const a = features(model, x);
  const entangled = Number(softNearestNeighborLoss(classes(y), a).arraySync());
  const target = tf.pad(tf.cast(y, 'float32'), [
    [0, 0],
    [0, 2],
  ]);
  const total = 2 * entangled + 2 * expected(a, 0, 0.1);
  expect(await model.trainOnBatch(x, target)).toBeCloseTo(total, 4);
});

test('is saved and loaded, and stripped for deployment', async () => {
  registerLayer();
  const options = { l1: 0.25, l2: 0.5, name: 'penalty' };
  const model = tf.sequential({ layers: [hidden(), activityRegularizer(options)] });
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = JSON.parse(JSON.stringify({ ...artifacts, weightData: undefined }));
      saved.weightData = artifacts.weightData as ArrayBuffer;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
  const { l1, l2 } = loaded.getLayer('penalty') as ActivityRegularization;
  expect([l1, l2]).toEqual([0.25, 0.5]);
  const stripped = stripEntanglement(loaded);
  expect(JSON.stringify(stripped.getConfig())).not.toContain('ActivityRegularization');
  expect((stripped.predict(x) as tf.Tensor).arraySync()).toEqual(
    (model.predict(x) as tf.Tensor).arraySync(),
  );
});

test('is refused where tfjs would leave it out', async () => {
  class Keeper extends tf.layers.Layer {
    static className = 'PenaltyKeeper';
    readonly inner = activityRegularizer({ l2: 1, name: 'penalty' });
    override call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor {
      return this.inner.call(inputs, kwargs);
    }
  }
  const model = tf.sequential({ layers: [hidden(), new Keeper()] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await expect(model.trainOnBatch(x, tf.zeros([12, 5]))).rejects.toThrow(
    /'penalty' ran in a training step, but nobody asked for its loss.*With l1: 0 and l2: 0/,
  );
});
