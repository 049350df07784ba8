import * as tf from '@tensorflow/tfjs';
import { describe, expect, test, vi } from 'vitest';
import { useBackend } from '../../testing/backends';
import { data, type ModelKind, models } from '../../testing/models';
import { allLayers } from '../graph';
import { SoftNearestNeighbor, softNearestNeighbor } from '../layer';
import { withTargetLabels } from '../target-labels';
import { stripEntanglement } from './strip';

await useBackend('cpu');

const predict = (model: tf.LayersModel, x: tf.Tensor | tf.Tensor[]) =>
  (model.predict(x) as tf.Tensor).arraySync();

describe.each(Object.keys(models) as ModelKind[])('a %s model', (kind) => {
  test('predicts the same without the layer, and shares its weights', async () => {
    const { x, y } = data(9);
    const model = models[kind](softNearestNeighbor({ learnTemperature: true }));
    const stripped = stripEntanglement(model);
    expect(allLayers(stripped).some((layer) => layer instanceof SoftNearestNeighbor)).toBe(false);
    expect(allLayers(model).some((layer) => layer instanceof SoftNearestNeighbor)).toBe(true);
    expect(stripped.weights).toHaveLength(model.weights.length - 1);
    expect(predict(stripped, x)).toEqual(predict(model, x));

    const before = predict(model, x);
    model.compile({ optimizer: 'sgd', loss: withTargetLabels('categoricalCrossentropy') });
    await model.trainOnBatch(x, y);
    expect(predict(model, x)).not.toEqual(before);
    expect(predict(stripped, x)).toEqual(predict(model, x));

    stripped.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    await stripped.trainOnBatch(x, y);
    expect(predict(stripped, x)).toEqual(predict(model, x));
  });

  test('is saved and loaded without this package', async () => {
    const { x } = data(9);
    const stripped = stripEntanglement(models[kind](softNearestNeighbor()));
    let saved: tf.io.ModelArtifacts = {};
    await stripped.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    expect(JSON.stringify(saved.modelTopology)).not.toContain('SoftNearestNeighbor');
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
    expect(predict(loaded, x)).toEqual(predict(stripped, x));
  });
});

test('the original keeps its layers, with one output each', () => {
  const model = models.functional(softNearestNeighbor({ name: 'code' }));
  stripEntanglement(model);
  expect(() => model.getLayer('code').output).not.toThrow();
});

describe('labels inputs', () => {
  /** An autoencoder whose labels pass a layer of their own before they reach ours. */
  function autoencoder() {
    const x = tf.input({ shape: [6], name: 'pixels' });
    const raw = tf.input({ shape: [3, 1], name: 'labels' });
    const labels = tf.layers.flatten({ name: 'flat_labels' }).apply(raw) as tf.SymbolicTensor;
    const code = tf.layers.dense({ units: 2, name: 'code' }).apply(x) as tf.SymbolicTensor;
    const kept = softNearestNeighbor().apply([code, labels]) as tf.SymbolicTensor;
    const again = softNearestNeighbor().apply([kept, labels]) as tf.SymbolicTensor;
    const out = tf.layers.dense({ units: 6, name: 'out' }).apply(again) as tf.SymbolicTensor;
    return tf.model({ inputs: [x, raw], outputs: out });
  }

  test('go, with what only served them', () => {
    const { x, y } = data(5);
    const model = autoencoder();
    const stripped = stripEntanglement(model);
    expect(stripped.layers.map((layer) => layer.name)).toEqual(['pixels', 'code', 'out']);
    expect(stripped.inputNames).toEqual(['pixels']);
    const labels = tf.reshape(y, [5, 3, 1]);
    expect(predict(stripped, x)).toEqual(predict(model, [x, labels]));
  });

  test('go from a nested model and from the model around it', () => {
    const { x, y } = data(5);
    const inner = autoencoder();
    const outerX = tf.input({ shape: [6], name: 'outer_pixels' });
    const outerLabels = tf.input({ shape: [3, 1], name: 'outer_labels' });
    const decoded = inner.apply([outerX, outerLabels]) as tf.SymbolicTensor;
    const both = tf.layers.add({ name: 'sum' }).apply([decoded, outerX]) as tf.SymbolicTensor;
    const model = tf.model({ inputs: [outerX, outerLabels], outputs: both });
    const stripped = stripEntanglement(model);
    expect(stripped.inputNames).toEqual(['outer_pixels']);
    expect(predict(stripped, x)).toEqual(predict(model, [x, tf.reshape(y, [5, 3, 1])]));
  });

  test('stay where they serve something else, and shared layers keep the nodes that are left', () => {
    const { x, y } = data(5);
    const input = tf.input({ shape: [3], name: 'pixels' });
    const labels = tf.input({ shape: [3], name: 'labels' });
    const unused = tf.input({ shape: [3], name: 'unused' });
    const shared = tf.layers.dense({ units: 3, name: 'shared' });
    // The first node of `shared` serves only our labels; the two others stay.
    const projected = shared.apply(unused) as tf.SymbolicTensor;
    const code = softNearestNeighbor().apply([shared.apply(input) as tf.SymbolicTensor, projected]);
    const out = tf.layers
      .concatenate()
      .apply([
        code as tf.SymbolicTensor,
        shared.apply(labels) as tf.SymbolicTensor,
      ]) as tf.SymbolicTensor;
    const model = tf.model({ inputs: [input, labels, unused], outputs: out });
    const stripped = stripEntanglement(model);
    expect(stripped.inputNames).toEqual(['pixels', 'labels']);
    const a = tf.slice(x, 0, [-1, 3]);
    const b = tf.slice(x, [0, 3], [-1, 3]);
    expect(predict(stripped, [a, b])).toEqual(predict(model, [a, b, tf.cast(y, 'float32')]));
  });
});

describe('what is frozen', () => {
  const { x, y } = data(9);
  const { dense } = tf.layers;
  const base = () =>
    tf.sequential({
      name: 'base',
      layers: [dense({ units: 4, inputShape: [6], name: 'one' }), dense({ units: 3, name: 'two' })],
    });
  const inSequential = (inner: tf.layers.Layer) =>
    tf.sequential({ layers: [inner, softNearestNeighbor(), dense({ units: 3 })] });
  const inFunctional = (inner: tf.layers.Layer) => {
    const input = tf.input({ shape: [6] });
    const code = softNearestNeighbor().apply(inner.apply(input)) as tf.SymbolicTensor;
    return tf.model({
      inputs: input,
      outputs: dense({ units: 3 }).apply(code) as tf.SymbolicTensor,
    });
  };
  const nested = (model: tf.LayersModel) => model.getLayer('base') as tf.LayersModel;
  /** Trainable weights of the model that are left of 6. */
  const cases: [string, (model: tf.LayersModel) => void, number][] = [
    ['a nested base', (model) => freeze(nested(model)), 2],
    ['a layer of it', (model) => freeze(nested(model).getLayer('one')), 4],
    ['a kernel alone', (model) => freeze(nested(model).getLayer('one').weights[0]), 5],
    ['the whole model', freeze, 0],
    ['nothing', () => {}, 6],
  ];
  function freeze(part: { trainable: boolean } | undefined): void {
    if (part !== undefined) part.trainable = false;
  }

  test.each(
    [inSequential, inFunctional].flatMap((make) => cases.map((one) => [make, ...one] as const)),
  )('%o: %s stays so', async (make, _, change, trainable) => {
    const model = make(base());
    change(model);
    const stripped = stripEntanglement(model);
    expect(model.trainableWeights).toHaveLength(trainable);
    expect(stripped.trainableWeights).toHaveLength(trainable);
    expect(predict(stripped, x)).toEqual(predict(model, x));
    const names = (m: tf.LayersModel) => m.trainableWeights.map(({ originalName }) => originalName);
    expect(names(stripped)).toEqual(names(model));
    if (trainable === 0) return;
    const before = stripped.weights.filter((w) => !w.trainable).map((w) => w.read().arraySync());
    stripped.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    await stripped.trainOnBatch(x, tf.cast(y, 'float32'));
    const after = stripped.weights.filter((w) => !w.trainable).map((w) => w.read().arraySync());
    expect(after).toEqual(before);
  });

  test('stays so in wrappers and cells', () => {
    const steps = tf.randomNormal([5, 4, 6], 0, 1, 'float32', 3);
    const model = tf.sequential({
      layers: [
        tf.layers.inputLayer({ inputShape: [4, 6] }),
        tf.layers.timeDistributed({ layer: dense({ units: 3 }), name: 'spread' }),
        tf.layers.bidirectional({
          layer: tf.layers.lstm({ units: 2, returnSequences: true }) as tf.RNN,
          mergeMode: 'concat',
          name: 'both',
        }),
        tf.layers.timeDistributed({ layer: softNearestNeighbor() }),
        tf.layers.gru({ units: 2, name: 'last' }),
      ],
    });
    // 2 of the dense layer, 2 x 3 of the LSTMs, 3 of the GRU.
    expect(stripEntanglement(model).trainableWeights).toHaveLength(11);
    freeze(model.getLayer('both'));
    expect(stripEntanglement(model).trainableWeights).toHaveLength(5);
    freeze(model.getLayer('spread'));
    expect(stripEntanglement(model).trainableWeights).toHaveLength(3);
    freeze(model.getLayer('last').trainableWeights[1]);
    const stripped = stripEntanglement(model);
    expect(stripped.trainableWeights).toHaveLength(2);
    expect(predict(stripped, steps)).toEqual(predict(model, steps));
  });
});

test.each([
  [undefined, 'undefined'],
  [softNearestNeighbor(), 'an object of class SoftNearestNeighbor'],
])('%o is refused', (model, called) => {
  expect(() => stripEntanglement(model as never)).toThrow(`to strip, but got ${called}.`);
});

test('needs no structuredClone, which some environments lack', () => {
  vi.stubGlobal('structuredClone', undefined);
  const { x } = data(4);
  const model = models.nested(softNearestNeighbor());
  const config = JSON.stringify(model.getConfig());
  expect(predict(stripEntanglement(model), x)).toEqual(predict(model, x));
  expect(JSON.stringify(model.getConfig())).toBe(config);
  vi.unstubAllGlobals();
});

test('a model without our layers is copied as it is', () => {
  const { x } = data(4);
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [6] })] });
  expect(predict(stripEntanglement(model), x)).toEqual(predict(model, x));
});

test('a nested sequential model of nothing else is refused', () => {
  const inner = tf.sequential({
    name: 'inner',
    layers: [tf.layers.inputLayer({ inputShape: [2] }), softNearestNeighbor()],
  });
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [6] }), inner] });
  expect(() => stripEntanglement(model)).toThrow(/'inner' has no layers but/);
});

describe('wrappers', () => {
  const x = tf.randomNormal([5, 4, 6], 0, 1, 'float32', 3);
  const { timeDistributed, dense, flatten, inputLayer } = tf.layers;
  const around = (wrapped: tf.layers.Layer[], functional: boolean) => {
    if (!functional)
      return tf.sequential({ layers: [inputLayer({ inputShape: [4, 6] }), ...wrapped] });
    const input = tf.input({ shape: [4, 6] });
    const out = wrapped.reduce((at, layer) => layer.apply(at) as tf.SymbolicTensor, input);
    return tf.model({ inputs: input, outputs: out });
  };
  const inner = (layer: SoftNearestNeighbor) =>
    tf.sequential({ layers: [dense({ units: 3, inputShape: [6] }), layer, dense({ units: 2 })] });
  const learned = () => softNearestNeighbor({ learnTemperature: true });
  const cases: Record<string, () => tf.layers.Layer[]> = {
    'of the layer': () => [
      timeDistributed({ layer: dense({ units: 3 }) }),
      timeDistributed({ layer: learned() }),
      flatten(),
    ],
    'of a wrapper of the layer': () => [
      timeDistributed({ layer: dense({ units: 3 }) }),
      timeDistributed({ layer: learned(), name: 'outer' }),
      timeDistributed({ layer: dense({ units: 2 }) }),
    ],
    'of a model': () => [timeDistributed({ layer: inner(learned()) }), flatten()],
  };

  test.each(
    Object.entries(cases).flatMap(([name, make]) => [
      { name, kind: 'sequential', make },
      { name, kind: 'functional', make },
    ]),
  )('timeDistributed $name in a $kind model', async ({ kind, make }) => {
    const model = around(make(), kind === 'functional');
    const stripped = stripEntanglement(model);
    const ours = (m: tf.LayersModel) =>
      allLayers(m).filter((l) => l instanceof SoftNearestNeighbor);
    expect(ours(model)).toHaveLength(1);
    expect(ours(stripped)).toHaveLength(0);
    expect(predict(stripped, x)).toEqual(predict(model, x));
    expect(JSON.stringify(stripped.getConfig())).not.toContain('SoftNearestNeighbor');
    for (const weight of model.trainableWeights) weight.write(tf.mul(weight.read(), 0.5));
    expect(predict(stripped, x)).toEqual(predict(model, x));
  });

  test('bidirectional stays as it is', () => {
    const model = around(
      [
        tf.layers.bidirectional({
          layer: tf.layers.lstm({ units: 3, returnSequences: true }) as tf.RNN,
          mergeMode: 'concat',
        }),
        timeDistributed({ layer: softNearestNeighbor() }),
        flatten(),
      ],
      false,
    );
    expect(predict(stripEntanglement(model), x)).toEqual(predict(model, x));
  });

  test.each(['itself', 'in a model', 'in an array'])(
    'a custom layer that holds a layer %s is refused',
    (how) => {
      class Keeper extends tf.layers.Layer {
        static className = 'Keeper';
        readonly held: unknown;
        constructor() {
          super({ name: 'keeper' });
          const layer = softNearestNeighbor({ name: 'kept' });
          this.held = how === 'itself' ? layer : how === 'in a model' ? inner(layer) : [layer];
        }
        override call(inputs: tf.Tensor[]): tf.Tensor {
          return (inputs[0] as tf.Tensor).clone();
        }
      }
      const model = around([timeDistributed({ layer: new Keeper() })], false);
      expect(() => stripEntanglement(model)).toThrow(
        /'kept' cannot be taken out of layer 'keeper' \(Keeper\)/,
      );
    },
  );
});
