import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { softNearestNeighborLoss } from '../loss/loss';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from '../operation/contract';
import { useBackend } from '../testing/backends';
import {
  registerCountingKernels,
  unregisterKernels,
  useBareBackend,
} from '../testing/counting-kernels';
import { classes, data, dense, features, type ModelKind, models } from '../testing/models';
import { allLayers } from './graph';
import { registerLayer, SoftNearestNeighbor, softNearestNeighbor } from './layer';
import { entanglement } from './metric';
import { withTargetLabels } from './target-labels';

await useBackend('cpu');

const KINDS = Object.keys(models) as ModelKind[];

/** A layer's loss in a training step of a model whose other loss is constant 0. */
const constant = withTargetLabels((_, yPred) => tf.mul(tf.sum(yPred), 0));

/** One-hot rows with further classes that no sample has. */
const wide = (y: tf.Tensor, units: number) =>
  tf.pad(tf.cast(y, 'float32'), [
    [0, 0],
    [0, units - 3],
  ]);

describe('the layer', () => {
  test('passes features on unchanged', () => {
    const x = tf.randomNormal([4, 3], 0, 1, 'float32', 1);
    const y = softNearestNeighbor().apply(x) as tf.Tensor;
    expect(y.arraySync()).toEqual(x.arraySync());
    expect(y.id).not.toBe(x.id);
  });

  test.each([
    [
      'factor',
      { factor: Number.NaN },
      /factor of softNearestNeighbor to be a finite number, but got NaN/,
    ],
    ['temperature', { temperature: 0 }, /greater than 0 .*, but got 0/],
    ['distance', { distance: 'l2' }, /'cosine' or 'squaredEuclidean'.*"l2"/],
    ['units', { units: 1.5 }, /integer of at least 1, or null, but got 1.5/],
  ])('refuses a bad %s', (_, options, message) => {
    expect(() => softNearestNeighbor(options as object)).toThrow(message);
  });

  test('refuses more units than its input has', () => {
    const layer = softNearestNeighbor({ units: 5, name: 'code' });
    expect(() => layer.apply(tf.input({ shape: [4] }))).toThrow(/'code'.*units: 5.*only 4/);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses temperature = %s', (value) => {
    const layer = softNearestNeighbor({ temperature: 0.5 });
    expect(() => {
      layer.temperature = value;
    }).toThrow(RangeError);
    expect(layer.temperature).toBe(0.5);
  });
});

describe.each(KINDS)('in a %s model', (kind) => {
  test('adds factor x loss to the objective, and the gradient of it', async () => {
    const { x, y } = data(12);
    const layer = softNearestNeighbor({ factor: 3, temperature: 0.6 });
    const model = models[kind](layer);
    const kernel = model.getWeights()[0] as tf.Tensor;
    const before = await kernel.array();
    const options = { temperature: 0.6 };
    const { value, grad } = tf.valueAndGrad((w: tf.Tensor) =>
      tf.mul(softNearestNeighborLoss(classes(y), dense(x, w), options), 3),
    )(kernel);
    model.compile({ optimizer: tf.train.sgd(1), loss: constant });
    const loss = await model.trainOnBatch(x, y);
    expect(loss).toBeCloseTo((await value.data())[0] ?? NaN, 5);
    const after = model.getWeights()[0] as tf.Tensor;
    const step = tf.sub(before as number[][], after);
    const error = tf.norm(tf.sub(step, grad)).dataSync()[0] ?? NaN;
    expect(error).toBeLessThan(1e-5 * (tf.norm(grad).dataSync()[0] ?? NaN));
  });

  test('learns in fit, fitDataset and trainOnBatch; factor < 0 entangles', async () => {
    const { x, y } = data(40);
    for (const [factor, sign] of [
      [1, -1],
      [-1, 1],
    ] as const) {
      const layer = softNearestNeighbor({ factor, name: `code_${sign + 1}`, temperature: 0.5 });
      const model = models[kind](layer);
      model.compile({
        optimizer: tf.train.adam(0.02),
        loss: constant,
        metrics: [entanglement(layer, { name: 'snnl' })],
      });
      const measure = () => (model.evaluate(x, y) as tf.Scalar[])[1]?.arraySync() ?? NaN;
      const marks = [measure()];
      await model.fit(x, y, { epochs: 8, batchSize: 16, verbose: 0, shuffle: false });
      marks.push(measure());
      const batches = tf.data.array([0, 1, 2, 3]).map(() => ({ xs: x.clone(), ys: y.clone() }));
      await model.fitDataset(batches as tf.data.Dataset<{ xs: tf.Tensor; ys: tf.Tensor }>, {
        epochs: 4,
        verbose: 0,
      });
      marks.push(measure());
      for (let i = 0; i < 16; i++) await model.trainOnBatch(x, y);
      marks.push(measure());
      const [start, ...later] = marks.map((mark) => mark * sign);
      expect(later).toEqual([...later].sort((a, b) => a - b));
      expect(later[0]).toBeGreaterThan((start ?? NaN) + 0.01);
    }
  });

  test('memory stays flat over 500 steps, 200 predicts and 50 evaluates', async () => {
    const { x, y } = data(8);
    const layer = softNearestNeighbor({ learnTemperature: true });
    const model = models[kind](layer);
    model.compile({
      optimizer: tf.train.adam(0.01),
      loss: withTargetLabels('categoricalCrossentropy'),
      metrics: ['accuracy', entanglement(layer)],
    });
    await model.trainOnBatch(x, y);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 500; i++) await model.trainOnBatch(x, y);
    expect(tf.memory().numTensors).toBe(numTensors);
    for (let i = 0; i < 200; i++) tf.dispose(model.predict(x));
    await Promise.resolve();
    expect(tf.memory().numTensors).toBe(numTensors);
    for (let i = 0; i < 50; i++) tf.dispose(model.evaluate(x, y));
    await Promise.resolve();
    expect(tf.memory().numTensors).toBe(numTensors);
    await model.fit(x, y, { epochs: 3, batchSize: 3, verbose: 0, validationData: [x, y] });
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test('trains on through a short last batch, a single sample, and batches without pairs', async () => {
    const { x } = data(7);
    const y = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0], 'int32'), 3);
    const layer = softNearestNeighbor();
    const model = models[kind](layer);
    const loss = withTargetLabels('categoricalCrossentropy');
    model.compile({ optimizer: 'sgd', loss, metrics: [entanglement(layer, { name: 'snnl' })] });
    const { history } = await model.fit(x, y, {
      epochs: 2,
      batchSize: 3,
      verbose: 0,
      shuffle: false,
    });
    expect(history.loss?.every((value) => Number.isFinite(value))).toBe(true);
    expect(history.snnl).toEqual([0, 0]);
  });
});

describe('labels as a second input', () => {
  const build = (layer: SoftNearestNeighbor, shape: number[] = [1]) => {
    const x = tf.input({ shape: [6] });
    const labels = tf.input({ shape, name: `labels_${layer.name}`, dtype: 'int32' });
    const kernelInitializer = tf.initializers.glorotNormal({ seed: 2 });
    const hidden = tf.layers.dense({ units: 4, kernelInitializer }).apply(x);
    const code = layer.apply([hidden as tf.SymbolicTensor, labels]);
    const out = tf.layers.dense({ units: 6, kernelInitializer }).apply(code) as tf.SymbolicTensor;
    return tf.model({ inputs: [x, labels], outputs: out });
  };

  test.each([
    ['ids', [1], (ids: tf.Tensor1D) => tf.reshape(ids, [-1, 1])],
    ['one-hot rows', [3], (ids: tf.Tensor1D) => tf.oneHot(ids, 3)],
  ])('%s train an autoencoder', async (_, shape, form) => {
    const { x, y } = data(20);
    const layer = softNearestNeighbor();
    const model = build(layer, shape);
    const snnl = entanglement(layer, { name: 'snnl' });
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError', metrics: [snnl] });
    const inputs = [x, form(classes(y))] as tf.Tensor[];
    const { history } = await model.fit(inputs, x, { epochs: 60, verbose: 0 });
    expect(history.snnl?.at(-1)).toBeLessThan(Number(history.snnl?.[0]) - 0.1);
  });

  test('win over the target of the loss', async () => {
    const { x, y } = data(6);
    const layer = softNearestNeighbor();
    const model = build(layer);
    model.compile({ optimizer: tf.train.sgd(0), loss: constant });
    const one = await model.trainOnBatch([x, tf.zeros([6, 1], 'int32')], x);
    expect(one).toBeCloseTo(0, 6);
    const many = await model.trainOnBatch([x, tf.reshape(classes(y), [6, 1])], x);
    expect(many).toBeGreaterThan(0.1);
  });
});

describe('labels', () => {
  test('that are missing stop training with the ways to give them', async () => {
    const { x, y } = data(6);
    const model = models.sequential(softNearestNeighbor({ name: 'code' }));
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(
      /'code' has no labels.*apply\(\[features, labels\]\).*withTargetLabels.*entanglement\(layer\)/,
    );
  });

  test('of an earlier step are not taken', async () => {
    const { x, y } = data(6);
    const other = models.sequential(softNearestNeighbor());
    other.compile({ optimizer: 'sgd', loss: withTargetLabels('categoricalCrossentropy') });
    await other.trainOnBatch(x, y);
    const model = models.sequential(softNearestNeighbor());
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(/no labels/);
  });

  test('come from the metric alone, so the compiled loss may stay a name', async () => {
    const { x, y } = data(12);
    const layer = softNearestNeighbor({ name: 'code' });
    const model = models.sequential(layer);
    const options = { optimizer: tf.train.sgd(0), loss: 'categoricalCrossentropy' };
    model.compile({ ...options, metrics: ['accuracy', entanglement(layer)] });
    const { history } = await model.fit(x, y, { verbose: 0, batchSize: 12 });
    const plain = (await model.evaluate(x, y)) as tf.Scalar[];
    expect(Number(history.loss?.[0]) - Number(plain[0]?.arraySync())).toBeCloseTo(
      Number(history.code_entanglement?.[0]),
      5,
    );
  });

  test('that are an image by mistake are refused', async () => {
    const { x } = data(6);
    const layer = softNearestNeighbor({ name: 'code' });
    const model = models.sequential(layer, 6);
    model.compile({ optimizer: 'sgd', loss: withTargetLabels('meanSquaredError') });
    for (let step = 0; step < 2; step++) {
      await expect(model.trainOnBatch(x, x)).rejects.toThrow(
        /'code' takes its labels from the target.*row 0.*autoencoder.*apply\(\[features, labels\]\)/,
      );
    }
  });

  test('that are numbers to regress on are refused', async () => {
    const { x } = data(6);
    const layer = softNearestNeighbor({ name: 'code' });
    const model = models.sequential(layer, 1);
    model.compile({ optimizer: 'sgd', loss: withTargetLabels('meanSquaredError') });
    const y = tf.tensor2d([0, 1, 2, 0.5, 1, 1], [6, 1]);
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(
      /'code' takes its labels.*Expected the target to be integer class ids .* got 0.5 at 3/,
    );
  });

  test('that have changed places with the features are refused', async () => {
    const { x } = data(6);
    const image = tf.input({ shape: [6] });
    const label = tf.input({ shape: [1] });
    const layer = softNearestNeighbor({ name: 'code' });
    const code = layer.apply([
      label,
      tf.layers.dense({ units: 4 }).apply(image) as tf.SymbolicTensor,
    ]);
    const output = tf.layers.dense({ units: 1 }).apply(code) as tf.SymbolicTensor;
    const model = tf.model({ inputs: [image, label], outputs: output });
    model.compile({ optimizer: 'sgd', loss: constant });
    const labels = tf.tensor2d([0, 1, 2, 0, 1, 2], [6, 1]);
    await expect(model.trainOnBatch([x, labels], labels)).rejects.toThrow(
      /'code' takes its labels from its second input.*row of the second input of shape \[6,4\].*row 0.*in this order/,
    );
  });

  test('as one of four inputs are refused', () => {
    const inputs = [6, 1, 1, 1].map((size) => tf.input({ shape: [size] }));
    expect(() => softNearestNeighbor({ name: 'code' }).apply(inputs)).toThrow(
      /'code' takes features, and if you like labels, and weights of the samples, but got 4/,
    );
  });

  test('from two outputs at once are refused', async () => {
    const { x, y } = data(6);
    const input = tf.input({ shape: [6] });
    const code = softNearestNeighbor().apply(input) as tf.SymbolicTensor;
    const heads = ['a', 'b'].map(
      (name) =>
        tf.layers.dense({ units: 3, name: `head_${name}` }).apply(code) as tf.SymbolicTensor,
    );
    const model = tf.model({ inputs: input, outputs: heads });
    const loss = withTargetLabels('meanSquaredError');
    model.compile({ optimizer: 'sgd', loss: [loss, loss] });
    await expect(model.trainOnBatch(x, [y, tf.clone(y)])).rejects.toThrow(/2 outputs.*Wrap only/);
    model.compile({ optimizer: 'sgd', loss: [loss, tf.metrics.meanSquaredError] });
    await expect(model.trainOnBatch(x, [y, tf.clone(y)])).resolves.toBeDefined();
  });
});

describe('several layers', () => {
  test('add up, each with its own factor and temperature', async () => {
    const { x, y } = data(10);
    const options = [
      { factor: 2, temperature: 0.5 },
      { factor: -0.5, temperature: 2, distance: 'squaredEuclidean' },
    ] as const;
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 4, inputShape: [6], activation: 'tanh', useBias: false }),
        ...options.map((o) => softNearestNeighbor(o)),
      ],
    });
    const kernel = tf.randomNormal([6, 4], 0, 1, 'float32', 4);
    model.setWeights([kernel]);
    model.compile({ optimizer: tf.train.sgd(0), loss: constant });
    const loss = await model.trainOnBatch(x, wide(y, 4));
    const expected = options.map(({ factor, ...o }) => {
      const value = softNearestNeighborLoss(classes(y), dense(x, kernel), o).arraySync();
      return factor * Number(value);
    });
    expect(loss).toBeCloseTo(
      expected.reduce((a, b) => a + b),
      4,
    );
  });
});

describe('units', () => {
  test('takes only the leading features', async () => {
    const { x, y } = data(10);
    const layer = softNearestNeighbor({ units: 2 });
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [6] }), layer] });
    model.add(tf.layers.dense({ units: 3 }));
    model.compile({ optimizer: tf.train.sgd(0), loss: constant });
    const expected = softNearestNeighborLoss(classes(y), tf.slice(x, 0, [-1, 2])).arraySync();
    expect(await model.trainOnBatch(x, y)).toBeCloseTo(Number(expected), 5);
  });
});

describe('the metric', () => {
  test.each(KINDS)('shows in logs and History, with val_ too, in a %s model', async (kind) => {
    const { x, y } = data(12);
    const layer = softNearestNeighbor({ name: 'code' });
    const model = models[kind](layer);
    model.compile({
      optimizer: tf.train.sgd(0),
      loss: withTargetLabels('categoricalCrossentropy'),
      metrics: [entanglement(layer), entanglement(layer, { measure: 'ratio', name: 'ratio' })],
    });
    const seen: tf.Logs[] = [];
    const { history } = await model.fit(x, y, {
      batchSize: 12,
      verbose: 0,
      validationData: [x, y],
      callbacks: { onEpochEnd: async (_, logs) => void seen.push(logs ?? {}) },
    });
    const key = 'code_entanglement';
    const expected = softNearestNeighborLoss(classes(y), features(model, x)).arraySync();
    expect(Number(history[key]?.[0])).toBeCloseTo(Number(expected), 5);
    expect(Number(history[`val_${key}`]?.[0])).toBeCloseTo(Number(expected), 5);
    expect(seen[0]?.[`val_${key}`]).toBe(history[`val_${key}`]?.[0]);
    // 12 samples in 3 classes of 4.
    expect(Number(history.ratio?.[0])).toBeCloseTo(Number(expected) / Math.log(11 / 3), 5);
  });

  test('is 0 for the ratio in a batch of one class', async () => {
    const { x } = data(4);
    const layer = softNearestNeighbor();
    const model = models.sequential(layer);
    const y = tf.oneHot(tf.zeros([4], 'int32'), 3);
    const ratio = entanglement(layer, { measure: 'ratio', name: 'ratio' });
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: [ratio] });
    expect(Number((model.evaluate(x, y) as tf.Scalar[])[1]?.arraySync())).toBe(0);
  });

  test('of no layer is refused', () => {
    expect(() => entanglement('code' as never)).toThrow(
      /SoftNearestNeighbor layer, but got "code"/,
    );
    expect(() => entanglement(undefined as never)).toThrow(/layer, but got undefined/);
  });

  test('computes the loss once a step, with the charge', async () => {
    const { x, y } = data(6);
    const layer = softNearestNeighbor();
    const model = models.sequential(layer);
    model.compile({
      optimizer: 'sgd',
      loss: withTargetLabels('categoricalCrossentropy'),
      metrics: [entanglement(layer), entanglement(layer, { measure: 'ratio' })],
    });
    await useBareBackend();
    const calls = registerCountingKernels();
    await model.trainOnBatch(x, y);
    expect(calls).toEqual([NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD]);
    unregisterKernels();
    await useBackend('cpu');
  });

  test('of a layer outside the model is refused', () => {
    const { x, y } = data(6);
    const model = models.sequential(softNearestNeighbor());
    const metrics = [entanglement(softNearestNeighbor({ name: 'elsewhere' }))];
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics });
    expect(() => model.evaluate(x, y)).toThrow(/'elsewhere' has captured nothing/);
  });

  test('factor 0 only measures', async () => {
    const { x, y } = data(12);
    const layer = softNearestNeighbor({ factor: 0 });
    const model = models.sequential(layer);
    model.compile({
      optimizer: tf.train.sgd(1),
      loss: (_, yPred) => tf.mul(tf.sum(yPred), 0),
      metrics: [entanglement(layer)],
    });
    const [loss, snnl] = (await model.trainOnBatch(x, y)) as number[];
    expect(loss).toBe(0);
    expect(snnl).toBeGreaterThan(0.1);
  });
});

describe('the options of every tfjs layer', () => {
  const { x, y } = data(9);

  test.each([
    ['inputShape', { inputShape: [6] }, [null, 6]],
    ['inputShape with batchSize', { inputShape: [6], batchSize: 9 }, [9, 6]],
    ['batchInputShape', { batchInputShape: [null, 6] }, [null, 6]],
  ])('%s makes it the first of a sequential model', async (_, options, shape) => {
    const layer = softNearestNeighbor({ ...options, dtype: 'float32', name: 'first' });
    const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: 3 })] });
    expect(model.inputs[0]?.shape).toEqual(shape);
    expect(model.inputs[0]?.dtype).toBe('float32');
    model.compile({ optimizer: tf.train.sgd(0), loss: constant });
    const loss = softNearestNeighborLoss(y, x).dataSync()[0] as number;
    expect(await model.trainOnBatch(x, y)).toBeCloseTo(loss, 5);
    const loaded = await reloaded(model);
    expect(loaded.inputs[0]?.shape).toEqual(shape);
    expect(loaded.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
  });

  test('trainable: false freezes a learned temperature', () => {
    const options = { learnTemperature: true, temperature: 2, name: 'code' };
    const layer = softNearestNeighbor({ ...options, trainable: false });
    const model = models.functional(layer);
    expect([layer.trainable, layer.weights.length, layer.trainableWeights.length]).toEqual([
      false,
      1,
      0,
    ]);
    expect(model.trainableWeights).toHaveLength(3);
    expect(models.functional(softNearestNeighbor(options)).trainableWeights).toHaveLength(4);
    expect(layer.getConfig().trainable).toBe(false);
  });

  test('weights sets the logarithm of a learned temperature, over its rate', () => {
    const layer = softNearestNeighbor({
      learnTemperature: true,
      temperatureRate: 4,
      weights: [tf.scalar(Math.log(3) / 4)],
    });
    models.functional(layer);
    expect(layer.temperature).toBeCloseTo(3, 6);
  });
});

/** A model as `loadLayersModel` gives it back. */
async function reloaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = JSON.parse(JSON.stringify({ ...artifacts, weightData: undefined }));
      saved.weightData = artifacts.weightData as ArrayBuffer;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return tf.loadLayersModel(tf.io.fromMemory(saved));
}

describe('saving', () => {
  test('the config survives the round trip through JSON', () => {
    const options = {
      factor: -0.25,
      temperature: 0.125,
      learnTemperature: true,
      temperatureRate: 2,
      maxTemperature: null,
      distance: 'squaredEuclidean',
      units: 3,
      name: 'code',
    } as const;
    const config = JSON.parse(JSON.stringify(softNearestNeighbor(options).getConfig()));
    const copy = tf.serialization.SerializationMap.getMap().classNameMap.SoftNearestNeighbor;
    const layer = copy?.[1](SoftNearestNeighbor, config) as SoftNearestNeighbor;
    expect(layer).toBeInstanceOf(SoftNearestNeighbor);
    expect(layer.getConfig()).toEqual(softNearestNeighbor(options).getConfig());
  });

  test.each(KINDS)('a %s model keeps a frozen temperature through save and load', async (kind) => {
    const { x, y } = data(12);
    const layer = softNearestNeighbor({ learnTemperature: true, temperature: 0.5, name: 'code' });
    layer.trainable = false;
    const model = models[kind](layer);
    const loaded = await reloaded(model);
    const copy = allLayers(loaded).find(({ name }) => name === 'code') as SoftNearestNeighbor;
    expect(copy.trainable).toBe(false);
    expect(loaded.trainableWeights).toHaveLength(model.trainableWeights.length);
    const loss = withTargetLabels('categoricalCrossentropy');
    loaded.compile({ optimizer: tf.train.sgd(0.5), loss });
    for (let i = 0; i < 3; i++) await loaded.trainOnBatch(x, y);
    expect(copy.temperature).toBeCloseTo(0.5, 6);
  });

  test.each(KINDS)('a %s model loads and trains on', async (kind) => {
    registerLayer();
    const { x, y } = data(12);
    const layer = softNearestNeighbor({ learnTemperature: true, temperature: 0.5, factor: 2 });
    const model = models[kind](layer);
    const loss = withTargetLabels('categoricalCrossentropy');
    model.compile({ optimizer: tf.train.sgd(0.1), loss });
    for (let i = 0; i < 5; i++) await model.trainOnBatch(x, y);
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved ?? {}));
    expect((loaded.predict(x) as tf.Tensor).arraySync()).toEqual(
      (model.predict(x) as tf.Tensor).arraySync(),
    );
    loaded.compile({ optimizer: tf.train.sgd(0.1), loss });
    expect(await loaded.trainOnBatch(x, y)).toBe(await model.trainOnBatch(x, y));
  });

  test('with the optimizer drops what names the metric, once trainingConfig is taken out', async () => {
    registerLayer();
    const { x, y } = data(12);
    const layer = softNearestNeighbor();
    const model = models.sequential(layer);
    const options = { optimizer: 'adam', loss: 'categoricalCrossentropy' };
    model.compile({ ...options, metrics: [entanglement(layer)] });
    await model.trainOnBatch(x, y);
    let saved: tf.io.ModelArtifacts = {};
    const keepArtifacts = tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    });
    await model.save(keepArtifacts, { includeOptimizer: true });
    await expect(tf.loadLayersModel(tf.io.fromMemory(saved))).rejects.toThrow(/Unknown metric/);
    delete saved.trainingConfig;
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
    expect((loaded.predict(x) as tf.Tensor).arraySync()).toEqual(
      (model.predict(x) as tf.Tensor).arraySync(),
    );
  });
});
