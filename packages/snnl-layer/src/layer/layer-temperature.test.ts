import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { softNearestNeighborLoss } from '../loss/loss';
import { BACKENDS, useBackend } from '../testing/backends';
import { classes, data } from '../testing/models';
import { SoftNearestNeighbor, softNearestNeighbor } from './layer';
import type { SoftNearestNeighborOptions } from './layer-options';
import { entanglement } from './metric';
import { withTargetLabels } from './target-labels';

await useBackend('cpu');

const constant = withTargetLabels((_, yPred) => tf.mul(tf.sum(yPred), 0));
const { x, y } = data(24);

/** A model that has nothing to train but the temperature. */
function learner(options: SoftNearestNeighborOptions, optimizer: tf.Optimizer) {
  const layer = softNearestNeighbor({ learnTemperature: true, name: 'code', ...options });
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [6] }), layer] });
  model.compile({
    optimizer,
    loss: constant,
    metrics: [entanglement(layer, { measure: 'temperature' })],
  });
  const target = tf.pad(tf.cast(y, 'float32'), [
    [0, 0],
    [0, 3],
  ]);
  const step = () => model.trainOnBatch(x, target) as Promise<number[]>;
  const weight = () => layer.weights[0]?.read().dataSync()[0] as number;
  return { layer, model, target, step, weight };
}

test.each([1, -1])('descends the loss with factor %s and stays positive', async (factor) => {
  const options = { factor, temperature: 3, temperatureRate: 1 };
  const { layer, step } = learner(options, tf.train.sgd(1));
  const measure = () =>
    Number(softNearestNeighborLoss(classes(y), x, { temperature: layer.temperature }).arraySync());
  const before = measure();
  expect(layer.temperature).toBeCloseTo(3, 5);
  for (let i = 0; i < 60; i++) await step();
  expect(layer.temperature).not.toBeCloseTo(3, 1);
  expect(layer.temperature).toBeGreaterThan(0);
  expect(measure()).toBeLessThan(before - 1e-4);
});

test('can be set', () => {
  const layer = softNearestNeighbor({ learnTemperature: true });
  layer.apply(tf.input({ shape: [3] }));
  layer.temperature = 0.25;
  expect(layer.temperature).toBeCloseTo(0.25, 6);
});

describe('rate', () => {
  /** d loss / d log T at a temperature, by the loss as a function. */
  const slope = (temperature: number) =>
    tf
      .grad((t) => softNearestNeighborLoss(classes(y), x, { temperature: t }))(
        tf.scalar(temperature),
      )
      .dataSync()[0] as number;

  test('is the size of a step of Adam in log T', async () => {
    const { layer, step } = learner({ temperature: 2, temperatureRate: 7 }, tf.train.adam(0.01));
    await step();
    // The first step of Adam is the learning rate, less epsilon, 1e-7, over the gradient.
    expect(Math.abs(Math.log(layer.temperature / 2))).toBeCloseTo(0.07, 4);
  });

  test('counts twice in a step of gradient descent', async () => {
    const { layer, step } = learner({ temperature: 2, temperatureRate: 3 }, tf.train.sgd(0.1));
    const expected = -0.1 * 9 * 2 * slope(2);
    await step();
    expect(Math.log(layer.temperature / 2)).toBeCloseTo(expected, 5);
  });

  test('moves T at usual settings', async () => {
    const { layer, step } = learner({ temperature: 5 }, tf.train.adam(0.001));
    for (let i = 0; i < 100; i++) await step();
    expect(layer.temperature).toBeLessThan(5 * 0.7);
  });
});

describe('bounds', () => {
  test.each(['adam', 'sgd'] as const)('are left again with %s', async (kind) => {
    const optimizer = kind === 'adam' ? tf.train.adam(0.05) : tf.train.sgd(0.5);
    const options = { temperature: 5, minTemperature: 4, maxTemperature: 6 };
    const { layer, model, step, weight } = learner(options, optimizer);
    // Classes that lie in clumps want a low temperature.
    for (let i = 0; i < 40; i++) await step();
    expect(layer.temperature).toBe(4);
    // The weight is at most a step beyond; one of Adam may be a little above the learning rate.
    expect(weight()).toBeGreaterThan(Math.log(4) / 5 - (kind === 'adam' ? 0.055 : 0.5));
    // Samples whose nearest neighbour is always of another class want a high one.
    const pairs = tf.gather(
      x,
      Array.from({ length: 24 }, (_, i) => i >> 1),
    );
    const others = tf.oneHot(
      Array.from({ length: 24 }, (_, i) => i & 1),
      6,
    );
    for (let i = 0; i < 40; i++) await model.trainOnBatch(pairs, others);
    expect(layer.temperature).toBe(6);
  });

  test('are by default a hundredth and a hundred times the initial temperature', () => {
    const { minTemperature, maxTemperature } = softNearestNeighbor({
      learnTemperature: true,
      temperature: 0.5,
    }).getConfig();
    expect([minTemperature, maxTemperature]).toEqual([0.005, 50]);
    expect(softNearestNeighbor().getConfig()).not.toHaveProperty('minTemperature');
  });

  test.each([
    [{ temperature: 1, minTemperature: 2 }, 'from minTemperature, 2, to'],
    [{ temperature: 1, maxTemperature: 0.5 }, 'to maxTemperature, 0.5, but got 1'],
    [{ learnTemperature: true, minTemperature: 0 }, 'greater than 0'],
    [{ temperatureRate: -1 }, 'greater than 0, but got -1'],
  ])('%o is refused', (options, message) => {
    expect(() => softNearestNeighbor(options)).toThrow(message);
  });

  test.each([true, false])('hold for what is set (learned: %s)', (learnTemperature) => {
    const layer = softNearestNeighbor({ learnTemperature, minTemperature: 0.5 });
    layer.apply(tf.input({ shape: [3] }));
    expect(() => {
      layer.temperature = 0.25;
    }).toThrow(/minTemperature, 0.5/);
    layer.temperature = 0.5;
    expect(layer.temperature).toBeCloseTo(0.5, 6);
    expect(layer.getConfig().temperature).toBe(layer.temperature);
  });

  test.each(BACKENDS)('do not hide a weight that is NaN on %s', async (backend) => {
    await useBackend(backend);
    const { layer, step } = learner({}, tf.train.sgd(0.1));
    layer.weights[0]?.write(tf.scalar(NaN));
    const [loss, temperature] = await step();
    expect([loss, temperature, layer.temperature]).toEqual([NaN, NaN, NaN]);
    await useBackend('cpu');
  });
});

describe('checkpoints', () => {
  const fromConfig = (config: object) =>
    SoftNearestNeighbor.fromConfig(SoftNearestNeighbor, config as tf.serialization.ConfigDict);

  test('of a time without a rate hold log T, and have no bounds', () => {
    const { temperatureRate, minTemperature, maxTemperature, ...first } = softNearestNeighbor({
      learnTemperature: true,
      temperature: 2,
    }).getConfig();
    expect([temperatureRate, minTemperature, maxTemperature]).toEqual([5, 0.02, 200]);
    const layer = fromConfig(first) as SoftNearestNeighbor;
    layer.apply(tf.input({ shape: [3] }));
    expect(layer.weights[0]?.originalName).toMatch(/log_temperature$/);
    layer.setWeights([tf.scalar(Math.log(1000))]);
    expect(layer.temperature).toBeCloseTo(1000, 2);
  });

  test('are told apart by the name of the weight', () => {
    const named = (temperatureRate: number) => {
      const layer = softNearestNeighbor({ learnTemperature: true, temperatureRate, name: 'code' });
      layer.apply(tf.input({ shape: [3] }));
      return layer;
    };
    const model = tf.sequential({
      layers: [tf.layers.inputLayer({ inputShape: [3] }), named(5)],
    });
    const [old] = named(1).weights;
    const saved = { [old?.originalName as string]: tf.scalar(0) };
    expect(() => model.loadWeights(saved)).toThrow(/no target variable: code\/log_temperature/);
  });
});

test('the metric shows it, in training and validation', async () => {
  const { model, target, layer } = learner({ temperature: 2 }, tf.train.sgd(0));
  const options = { verbose: 0, validationData: [x, target] as [tf.Tensor, tf.Tensor] };
  const { history } = await model.fit(x, target, options);
  expect(history.code_temperature).toEqual([expect.closeTo(2, 5)]);
  expect(history.val_code_temperature).toEqual([expect.closeTo(2, 5)]);
  const fixed = softNearestNeighbor({ temperature: 0.5 });
  const metric = entanglement(fixed, { measure: 'temperature', name: 't' });
  fixed.apply(x);
  expect(metric(classes(y), x).dataSync()[0]).toBe(0.5);
  expect(layer.temperature).toBeCloseTo(2, 6);
});
