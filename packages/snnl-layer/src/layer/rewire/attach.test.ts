import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { softNearestNeighborLoss } from '../../loss/loss';
import { useBackend } from '../../testing/backends';
import { classes, data, features, type ModelKind, models } from '../../testing/models';
import { allLayers } from '../graph';
import { SoftNearestNeighbor, softNearestNeighbor } from '../layer';
import { withTargetLabels } from '../target-labels';
import { attachEntanglement } from './attach';
import { stripEntanglement } from './strip';

await useBackend('cpu');

const { dense } = tf.layers;
const { x, y } = data(12);

const predict = (model: tf.LayersModel, inputs: tf.Tensor | tf.Tensor[]) =>
  (model.predict(inputs) as tf.Tensor).arraySync();
const attached = (model: tf.LayersModel) =>
  allLayers(model)
    .filter((layer) => layer instanceof SoftNearestNeighbor)
    .map(({ name }) => name);

/** Expects that stripping undoes attaching: the same config, names, and variables. */
function expectUndone(model: tf.LayersModel, made: tf.LayersModel): void {
  const undone = stripEntanglement(made);
  expect(JSON.stringify(undone.getConfig())).toBe(JSON.stringify(model.getConfig()));
  const variables = (one: tf.LayersModel) =>
    one.weights.map((weight) => [weight.originalName, weight.read().id]);
  expect(variables(undone)).toEqual(variables(model));
}

describe.each(Object.keys(models) as ModelKind[])('a %s model', (kind) => {
  const model = stripEntanglement(models[kind](softNearestNeighbor({ name: 'code' })));

  test('has the loss at its hidden layer, and predicts the same', async () => {
    const made = attachEntanglement(model, { factor: 2, temperature: 0.5, learnTemperature: true });
    expect(attached(made)).toHaveLength(1);
    expect(predict(made, x)).toEqual(predict(model, x));
    made.compile({
      optimizer: tf.train.sgd(0.1),
      loss: withTargetLabels((_, out) => tf.mul(tf.sum(out), 0)),
    });
    const loss = softNearestNeighborLoss(classes(y), features(model, x), { temperature: 0.5 });
    const expected = 2 * Number(loss.arraySync());
    expect(await made.trainOnBatch(x, y)).toBeCloseTo(expected, 5);
    expect(predict(made, x)).toEqual(predict(model, x));
    expectUndone(model, made);
  });
});

test('an attached model is saved and loaded, and can be stripped then', async () => {
  const model = tf.sequential({
    layers: [dense({ units: 4, inputShape: [6], name: 'hidden' }), dense({ units: 3 })],
  });
  let saved: tf.io.ModelArtifacts = {};
  await attachEntanglement(model, { distance: 'squaredEuclidean' }).save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
  expect(attached(loaded)).toEqual(['hidden_snnl']);
  expect((loaded.getLayer('hidden_snnl') as SoftNearestNeighbor).distance).toBe('squaredEuclidean');
  expect(predict(stripEntanglement(loaded), x)).toEqual(predict(model, x));
});

describe('which layers', () => {
  test('hidden ones, after normalisation and activation, but not the last', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.reshape({ targetShape: [6, 1], inputShape: [6] }),
        tf.layers.conv1d({ filters: 2, kernelSize: 3, useBias: false, name: 'conv' }),
        tf.layers.batchNormalization({ name: 'norm' }),
        tf.layers.reLU({ name: 'relu' }),
        tf.layers.flatten(),
        dense({ units: 4, name: 'code' }),
        tf.layers.dropout({ rate: 0.5 }),
        dense({ units: 3, name: 'logits' }),
        tf.layers.activation({ activation: 'softmax' }),
      ],
    });
    const made = attachEntanglement(model);
    expect(attached(made)).toEqual(['relu_snnl', 'code_snnl']);
    expectUndone(model, made);
    expect(() => attachEntanglement(made)).toThrow(
      /a hidden layer that trains and has no loss yet/,
    );
    expect(() => attachEntanglement(made, { layers: ['code'] })).toThrow(/'code' has the loss/);
    expect(attached(attachEntanglement(made, { layers: ['norm'] }))).toContain('norm_snnl');
  });

  test('none that is frozen, such as a loaded base, unless it is named', () => {
    const base = tf.sequential({ name: 'base', layers: [dense({ units: 5, inputShape: [6] })] });
    base.trainable = false;
    const model = tf.sequential({
      layers: [base, dense({ units: 4, name: 'new' }), dense({ units: 3 })],
    });
    const made = attachEntanglement(model, { learnTemperature: true });
    expect(attached(made)).toEqual(['new_snnl']);
    expect(made.trainableWeights).toHaveLength(5);
    expect(made.layers[0]?.trainable).toBe(false);
    expectUndone(model, made);
    expect(attached(attachEntanglement(model, { layers: ['base'] }))).toEqual(['base_snnl']);
  });

  test('outputs of nested models, and every place of a shared one', async () => {
    const inner = tf.sequential({
      name: 'twin',
      layers: [dense({ units: 5, inputShape: [6], name: 'a' }), dense({ units: 4, name: 'b' })],
    });
    const inputs = [tf.input({ shape: [6] }), tf.input({ shape: [6] })];
    const codes = inputs.map((input) => inner.apply(input) as tf.SymbolicTensor);
    const joined = tf.layers.concatenate().apply(codes) as tf.SymbolicTensor;
    const out = dense({ units: 3, name: 'head' }).apply(joined) as tf.SymbolicTensor;
    const model = tf.model({ inputs, outputs: [out, codes[1] as tf.SymbolicTensor] });
    const ends = (one: tf.LayersModel) =>
      (one.predict([x, tf.neg(x)]) as tf.Tensor[]).map((tensor) => tensor.arraySync());
    // The model puts its code out, so that is no hidden layer.
    const made = attachEntanglement(model);
    expect(attached(made)).toEqual(['a_snnl']);
    const named = attachEntanglement(model, { layers: ['twin', 'b', 'concatenate_Concatenate1'] });
    expect(attached(named).sort()).toEqual([
      'b_snnl',
      'concatenate_Concatenate1_snnl',
      'twin_snnl',
    ]);
    for (const one of [made, named]) {
      expect(ends(one)).toEqual(ends(model));
      expectUndone(model, one);
    }
  });

  test('in branches, of inputs and outputs too', () => {
    const input = tf.input({ shape: [6], name: 'in' });
    const left = dense({ units: 4, name: 'left' }).apply(input) as tf.SymbolicTensor;
    const right = dense({ units: 4, name: 'right' }).apply(input) as tf.SymbolicTensor;
    const sum = tf.layers.add({ name: 'sum' }).apply([left, right]) as tf.SymbolicTensor;
    const model = tf.model({
      inputs: input,
      outputs: dense({ units: 2, name: 'out' }).apply(sum) as tf.SymbolicTensor,
    });
    for (const layers of ['hidden', ['in', 'sum', 'out']] as const) {
      const made = attachEntanglement(model, { layers });
      expect(attached(made)).toHaveLength(layers === 'hidden' ? 2 : 3);
      expect(predict(made, x)).toEqual(predict(model, x));
      expectUndone(model, made);
    }
  });
});

test.each([
  [{ layers: ['hiden'] }, /layers of model .* but got 'hiden'. Its layers are hidden, /],
  [{ layers: [] }, /Name layers/],
  [{ layers: 'all' }, /'hidden', or layer names, but got "all"/],
  [{ name: 'code' }, /got 'name'/],
  [{ units: 9 }, /'hidden_snnl' has units: 9/],
])('%o is refused', (options, message) => {
  const model = tf.sequential({
    layers: [dense({ units: 4, inputShape: [6], name: 'hidden' }), dense({ units: 3 })],
  });
  expect(() => attachEntanglement(model, options as object)).toThrow(message);
});

test('what is no model is refused', () => {
  expect(() => attachEntanglement(dense({ units: 1 }) as never)).toThrow(TypeError);
});
