/**
 * What tfjs 4.22 does that a layer with a loss must survive. Each test fails when the remedy is
 * taken out; the numbers are those of docs/tfjs-traps.md.
 */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json';
import { softNearestNeighborLoss } from '../loss/loss';
import { kernelFor } from '../operation/kernel-choice';
import { useBackend } from '../testing/backends';
import { classes, data, dense, features, models } from '../testing/models';
import { type SoftNearestNeighbor, softNearestNeighbor } from './layer';
import { entanglement } from './metric';
import { withTargetLabels } from './target-labels';

await useBackend('cpu');

const none = withTargetLabels((_, yPred) => tf.mul(tf.sum(yPred), 0));
const loss = (y: tf.Tensor, x: tf.Tensor) =>
  Number(softNearestNeighborLoss(classes(y), x).arraySync());

test('1: a step runs layers, compiled loss, metrics, added losses, in this order', async () => {
  const order: string[] = [];
  class Probe extends tf.layers.Layer {
    static className = 'OrderProbe';
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      order.push('call');
      return (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor;
    }
  }
  const probe = new Probe({});
  probe.addLoss(() => {
    order.push('added loss');
    return tf.scalar(0);
  });
  const { x, y } = data(3);
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [6] }), probe] });
  const named = (name: string) => (_: tf.Tensor, yPred: tf.Tensor) => {
    order.push(name);
    return tf.mean(yPred);
  };
  model.compile({ optimizer: 'sgd', loss: named('loss'), metrics: [named('metric')] });
  await model.trainOnBatch(x, y);
  expect(order).toEqual(['call', 'loss', 'metric', 'added loss']);
});

describe('2: nested models run layers inside a tidy', () => {
  test('the captured activation lives on, with its gradient', async () => {
    const { x, y } = data(9);
    const model = models.nested(softNearestNeighbor());
    const kernel = model.getWeights()[0] as tf.Tensor;
    const before = kernel.arraySync() as number[][];
    const gradient = tf.grad((w: tf.Tensor) => softNearestNeighborLoss(classes(y), dense(x, w)))(
      kernel,
    );
    model.compile({ optimizer: tf.train.sgd(1), loss: none });
    await model.trainOnBatch(x, y);
    const step = tf.sub(before, model.getWeights()[0] as tf.Tensor);
    expect(tf.norm(step).dataSync()[0]).toBeGreaterThan(1e-3);
    expect(tf.max(tf.abs(tf.sub(step, gradient))).dataSync()[0]).toBeLessThan(1e-6);
  });

  test('and predict leaves nothing behind', async () => {
    const { x, y } = data(9);
    const layer = softNearestNeighbor();
    const model = models.nested(layer);
    model.compile({ optimizer: 'sgd', loss: none, metrics: [entanglement(layer)] });
    await model.trainOnBatch(x, y);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 10; i++) tf.dispose(model.predict(x));
    // One capture stays until the event loop turns, not one a call.
    expect(tf.memory().numTensors).toBeLessThanOrEqual(numTensors + 1);
    await Promise.resolve();
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

test('3: val_loss leaves the loss of layers out, so the metric carries it', async () => {
  const { x, y } = data(9);
  const layer = softNearestNeighbor({ name: 'code' });
  const model = models.functional(layer);
  model.compile({ optimizer: tf.train.sgd(0), loss: none, metrics: [entanglement(layer)] });
  const fit = { batchSize: 9, verbose: 0, validationData: [x, y] as [tf.Tensor, tf.Tensor] };
  const { history } = await model.fit(x, y, fit);
  expect(history.val_loss).toEqual([0]);
  expect(Number(history.val_code_entanglement?.[0])).toBeCloseTo(loss(y, features(model, x)), 5);
});

describe('4: a layer at two places is charged at each, for what passed there', () => {
  const build = (layer: SoftNearestNeighbor) => {
    const x = tf.input({ shape: [6] });
    const halves = [0, 1].map((seed) => {
      const kernelInitializer = tf.initializers.glorotNormal({ seed });
      const h = tf.layers.dense({
        units: 4,
        activation: 'tanh',
        useBias: false,
        kernelInitializer,
      });
      return layer.apply(h.apply(x)) as tf.SymbolicTensor;
    });
    const joined = tf.layers.concatenate().apply(halves) as tf.SymbolicTensor;
    const out = tf.layers.dense({ units: 3 }).apply(joined) as tf.SymbolicTensor;
    return tf.model({ inputs: x, outputs: out });
  };

  test('in training, and the metric sums them in training and validation', async () => {
    const { x, y } = data(9);
    const layer = softNearestNeighbor({ name: 'shared' });
    const model = build(layer);
    const [a, b] = model.getWeights() as [tf.Tensor, tf.Tensor];
    const expected = loss(y, dense(x, a)) + loss(y, dense(x, b));
    model.compile({ optimizer: tf.train.sgd(0), loss: none, metrics: [entanglement(layer)] });
    const fit = { batchSize: 9, verbose: 0, validationData: [x, y] as [tf.Tensor, tf.Tensor] };
    const { history } = await model.fit(x, y, fit);
    expect(Number(history.loss?.[0])).toBeCloseTo(expected, 5);
    expect(Number(history.shared_entanglement?.[0])).toBeCloseTo(expected, 5);
    expect(Number(history.val_shared_entanglement?.[0])).toBeCloseTo(expected, 5);
    const { numTensors } = tf.memory();
    await model.fit(x, y, fit);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test('also when a nested model is applied twice', async () => {
    const { x, y } = data(9);
    const layer = softNearestNeighbor();
    const inner = tf.sequential({
      layers: [
        tf.layers.dense({ units: 6, inputShape: [6], activation: 'tanh', useBias: false }),
        layer,
      ],
    });
    const input = tf.input({ shape: [6] });
    const once = inner.apply(input) as tf.SymbolicTensor;
    const twice = inner.apply(once) as tf.SymbolicTensor;
    const out = tf.layers.dense({ units: 3 }).apply(twice) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: out });
    const kernel = inner.getWeights()[0] as tf.Tensor;
    const first = dense(x, kernel);
    model.compile({ optimizer: tf.train.sgd(0), loss: none });
    const expected = loss(y, first) + loss(y, dense(first, kernel));
    expect(await model.trainOnBatch(x, y)).toBeCloseTo(expected, 5);
  });
});

test('5: validation before the last onBatchEnd leaves its logs those of training', async () => {
  const { x, y } = data(12);
  const layer = softNearestNeighbor({ name: 'code' });
  const model = models.functional(layer);
  model.compile({ optimizer: tf.train.sgd(0), loss: none, metrics: [entanglement(layer)] });
  const train = loss(y, features(model, x));
  const far = tf.mul(tf.cast(tf.matMul(y, tf.eye(3, 6)), 'float32'), 9);
  const logs: number[] = [];
  await model.fit(x, y, {
    batchSize: 12,
    verbose: 0,
    validationData: [far, y],
    callbacks: { onBatchEnd: async (_, l) => void logs.push(Number(l?.code_entanglement)) },
  });
  expect(logs).toHaveLength(1);
  expect(logs[0]).toBeCloseTo(train, 5);
  expect(loss(y, features(model, far))).not.toBeCloseTo(train, 1);
});

test('6: tf.sequential trains an inner model, and the layer with it', async () => {
  const { x, y } = data(9);
  const layer = softNearestNeighbor();
  const model = models.sequential(layer);
  model.compile({ optimizer: tf.train.sgd(0), loss: none });
  let trained: unknown;
  class Spy extends tf.Callback {
    override async onTrainBegin() {
      // biome-ignore lint/complexity/useLiteralKeys: `model` is protected in the types of tfjs.
      trained = this['model'];
    }
  }
  const { history } = await model.fit(x, y, { batchSize: 9, verbose: 0, callbacks: new Spy() });
  expect(trained).not.toBe(model);
  expect(Number(history.loss?.[0])).toBeCloseTo(loss(y, features(model, x)), 5);
});

test('7: the config survives the snake_case of saved models', () => {
  const layer = softNearestNeighbor({ distance: 'squaredEuclidean', learnTemperature: true });
  const model = models.functional(layer);
  const saved = JSON.parse(JSON.stringify(model.toJSON(null, false)));
  const text = JSON.stringify(saved);
  expect(text).toContain('"learn_temperature":true');
  expect(text).toContain('"class_name":"SoftNearestNeighbor"');
  return tf.models.modelFromJSON(saved).then((loaded) => {
    const copy = loaded.getLayer(layer.name) as SoftNearestNeighbor;
    expect(copy.getConfig()).toEqual(layer.getConfig());
  });
});

test('8: a saved function loss is lost, and compiling again is enough', async () => {
  const { x, y } = data(9);
  const model = models.functional(softNearestNeighbor());
  const options = { optimizer: 'sgd', loss: withTargetLabels('categoricalCrossentropy') } as const;
  model.compile(options);
  await model.trainOnBatch(x, y);
  let saved: tf.io.ModelArtifacts = {};
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  await model.save(handler, { includeOptimizer: true });
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
  await expect(loaded.fit(x, y, { verbose: 0 })).rejects.toThrow();
  loaded.compile(options);
  await expect(loaded.fit(x, y, { verbose: 0 })).resolves.toBeDefined();
});

test('11: labels on the tape do not ask for a gradient', () => {
  const { x, y } = data(9);
  const gradient = tf.grad((t: tf.Tensor) => {
    // Labels computed from the differentiated tensor: argMax has no gradient.
    const labels = tf.cast(tf.argMax(tf.add(tf.mul(tf.slice(t, 0, [-1, 3]), 0), y), 1), 'int32');
    return softNearestNeighborLoss(labels, t);
  })(x);
  const expected = tf.grad((t: tf.Tensor) => softNearestNeighborLoss(classes(y), t))(x);
  expect(gradient.arraySync()).toEqual(expected.arraySync());
});

test('12: asking for the kernel of an unknown backend is no error', () => {
  expect(kernelFor('no such backend')).toBe('composed');
});

test('13: tfjs comes from the user, so that there is one copy of it', () => {
  const dependencies = Object.keys(manifest.dependencies);
  expect(dependencies.filter((name) => name.startsWith('@tensorflow/'))).toEqual([]);
  const optional = Object.keys(manifest.peerDependenciesMeta);
  const peers = Object.keys(manifest.peerDependencies);
  expect(peers.filter((name) => !optional.includes(name))).toEqual([
    '@tensorflow/tfjs-core',
    '@tensorflow/tfjs-layers',
  ]);
});

test('14: rows without any candidate of their class give no NaN', () => {
  const x = tf.tensor2d([0, 0, 1, 1, 2, 0], [3, 2]);
  const f = (t: tf.Tensor) => softNearestNeighborLoss([0, 1, 2], t);
  const { value, grad } = tf.valueAndGrad(f)(x);
  expect(value.arraySync()).toBe(0);
  expect(Array.from(grad.dataSync(), Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
});
