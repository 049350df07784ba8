import '@tensorflow/tfjs-backend-cpu';
import { tensor2d, train } from '@tensorflow/tfjs-core';
import * as tfdata from '@tensorflow/tfjs-data';
import { CustomCallback, callbacks, type LayersModel } from '@tensorflow/tfjs-layers';
import { allLayers, type SoftNearestNeighbor } from 'snnl-layer';
import { describe, expect, it } from 'vitest';
import { FactorAnnealing, TemperatureAnnealing } from './annealing';
import { EntanglementLogger } from './entanglement-logger';
import { isSoftNearestNeighbor } from './model-layers';
import { exponential, inversePower, linear, piecewise } from './schedules';
import {
  blobs,
  CONTAINERS,
  functionalModel,
  MODELS,
  nestedModel,
  plainModel,
  sequentialModel,
} from './testing/models';

const snnl = (model: LayersModel): SoftNearestNeighbor => {
  const layer = allLayers(model).find(isSoftNearestNeighbor);
  if (layer === undefined) throw new Error('The model has no entanglement layer.');
  return layer;
};

/** Records the layer's temperature during each batch. */
const probe = (layer: SoftNearestNeighbor, seen: number[]): CustomCallback =>
  new CustomCallback({
    onBatchBegin: () => {
      seen.push(layer.temperature);
    },
  });

const { x, oneHot } = blobs({ count: 20 });
const fit = (
  model: LayersModel,
  callbacks: (CustomCallback | FactorAnnealing | TemperatureAnnealing | EntanglementLogger)[],
  options = {},
) => model.fit(x, oneHot, { epochs: 3, batchSize: 8, verbose: 0, callbacks, ...options });

describe('TemperatureAnnealing', () => {
  it.each(Object.entries(MODELS))('anneals a %s model per epoch', async (_, create) => {
    const model = create();
    const seen: number[] = [];
    const annealing = new TemperatureAnnealing({ schedule: exponential({ rate: 0.5 }) });
    const history = await fit(model, [annealing, probe(snnl(model), seen)]);
    expect(seen).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]);
    expect(history.history.temperature).toEqual([1, 0.5, 0.25]);
    expect(snnl(model).temperature).toBe(0.25);
  });

  it.each(Object.entries(MODELS))('anneals a %s model per batch', async (_, create) => {
    const model = create();
    const seen: number[] = [];
    const schedule = linear({ initial: 9, final: 1, steps: 8 });
    const annealing = new TemperatureAnnealing({ schedule, per: 'batch' });
    const history = await fit(model, [annealing, probe(snnl(model), seen)]);
    expect(seen).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(history.history.temperature).toEqual([7, 4, 1]);
  });

  it.each(Object.entries(CONTAINERS))('anneals a layer inside %s', async (_, create) => {
    const model = create();
    const seen: number[] = [];
    const annealing = new TemperatureAnnealing({ schedule: inversePower() });
    const logger = new EntanglementLogger({ x, y: oneHot });
    const { history } = await fit(model, [annealing, probe(snnl(model), seen), logger]);
    expect(new Set(seen).size).toBe(3);
    expect(history.temperature?.at(-1)).toBeCloseTo(snnl(model).temperature, 6);
    expect(Object.keys(history)).toContain('entanglement_snnl_loss');
  });

  it('works as the only callback', async () => {
    const model = sequentialModel();
    const annealing = new TemperatureAnnealing({ schedule: inversePower() });
    await model.fit(x, oneHot, { epochs: 2, verbose: 0, callbacks: annealing });
    expect(snnl(model).temperature).toBeCloseTo(2 ** -0.55, 9);
  });

  it('resumes at initialEpoch', async () => {
    const model = functionalModel();
    const schedule = (step: number) => step + 1;
    const seen: number[] = [];
    const perEpoch = new TemperatureAnnealing({ schedule });
    await fit(model, [perEpoch, probe(snnl(model), seen)], { initialEpoch: 2 });
    expect(seen).toEqual([3, 3, 3]);
    seen.length = 0;
    const perBatch = new TemperatureAnnealing({ schedule, per: 'batch' });
    await fit(model, [perBatch, probe(snnl(model), seen)], { initialEpoch: 2 });
    expect(seen).toEqual([7, 8, 9]);
  });

  it('starts over in a second fit', async () => {
    const model = functionalModel();
    const annealing = new TemperatureAnnealing({ schedule: (step) => step + 1, per: 'batch' });
    const first = await fit(model, [annealing]);
    const second = await fit(model, [annealing]);
    expect(first.history.temperature).toEqual([3, 6, 9]);
    expect(second.history.temperature).toEqual([3, 6, 9]);
  });

  it('lets EarlyStopping see the temperature', async () => {
    const model = functionalModel();
    const annealing = new TemperatureAnnealing({
      schedule: piecewise([
        [0, 1],
        [3, 2],
      ]),
    });
    const stop = callbacks.earlyStopping({ monitor: 'temperature', mode: 'max', patience: 2 });
    const history = await model.fit(x, oneHot, {
      epochs: 9,
      verbose: 0,
      callbacks: [annealing, stop],
    });
    expect(history.history.temperature).toEqual([1, 1, 1]);
  });

  it('anneals the layers that are named or given, and no others', async () => {
    for (const choose of [() => 'snnl', () => ['snnl'], snnl]) {
      const chosen = nestedModel();
      const annealing = new TemperatureAnnealing({ schedule: () => 0.2, layers: choose(chosen) });
      await fit(chosen, [annealing]);
      expect(snnl(chosen).temperature).toBe(0.2);
    }
  });

  it('runs two schedules side by side under two names', async () => {
    const model = functionalModel();
    const one = new TemperatureAnnealing({ schedule: () => 3 });
    const other = new TemperatureAnnealing({ schedule: () => 2, name: 'other_temperature' });
    const history = await fit(model, [one, other]);
    expect(history.history.temperature).toEqual([3, 3, 3]);
    expect(history.history.other_temperature).toEqual([2, 2, 2]);
    const twin = new TemperatureAnnealing({ schedule: () => 2 });
    await expect(fit(model, [one, twin])).rejects.toThrow("a value 'temperature' already");
  });
});

describe('TemperatureAnnealing in fitDataset', () => {
  const dataset = () =>
    tfdata.generator(function* () {
      for (let i = 0; i < 3; i++) {
        yield {
          xs: tensor2d([
            [0, 1, 2, i],
            [1, 0, i, 1],
          ]),
          ys: tensor2d([
            [1, 0, 0],
            [0, 1, 0],
          ]),
        };
      }
    });
  const run = (annealing: TemperatureAnnealing, options = {}) =>
    functionalModel().fitDataset(dataset(), {
      epochs: 2,
      verbose: 0,
      callbacks: [annealing],
      ...options,
    });
  const annealing = (options = {}) =>
    new TemperatureAnnealing({ schedule: (step) => step + 1, per: 'batch', ...options });

  it('counts batches of a dataset of unknown size', async () => {
    expect((await run(annealing())).history.temperature).toEqual([3, 6]);
  });

  it('needs the number of batches to resume', async () => {
    await expect(run(annealing(), { initialEpoch: 1 })).rejects.toThrow('Give stepsPerEpoch');
    const history = await run(annealing({ stepsPerEpoch: 3 }), { initialEpoch: 1 });
    expect(history.history.temperature).toEqual([6]);
  });

  it('takes the number of batches from batchesPerEpoch', async () => {
    const history = await run(annealing(), { initialEpoch: 1, batchesPerEpoch: 3 });
    expect(history.history.temperature).toEqual([6]);
  });
});

describe('TemperatureAnnealing refuses', () => {
  const annealing = (options = {}) => new TemperatureAnnealing({ schedule: () => 0.5, ...options });

  it('a model without entanglement layer', async () => {
    await expect(fit(plainModel(), [annealing()])).rejects.toThrow('no SoftNearestNeighbor layer');
  });

  it('a layer that is missing, naming those that exist', async () => {
    await expect(fit(functionalModel(), [annealing({ layers: ['sn'] })])).rejects.toThrow(
      /has no layer 'sn'\. Its layers are 'hidden', 'snnl', 'classes'\./,
    );
  });

  it('a layer of another kind', async () => {
    await expect(fit(functionalModel(), [annealing({ layers: ['hidden'] })])).rejects.toThrow(
      "Layer 'hidden' is a Dense",
    );
  });

  it('a layer that learns its temperature', async () => {
    const model = functionalModel({ learnTemperature: true });
    await expect(fit(model, [annealing()])).rejects.toThrow("'snnl' learns its temperature");
  });

  it('a schedule that leaves the positive numbers, naming the step', async () => {
    const schedule = (step: number) => 1 - step;
    await expect(fit(functionalModel(), [annealing({ schedule })])).rejects.toThrow('at step 1');
  });

  it('options out of range', () => {
    const schedule = () => 1;
    expect(() => new TemperatureAnnealing(schedule as never)).toThrow(
      /such as \{ schedule: .* but got function schedule/,
    );
    expect(() => new TemperatureAnnealing(null as never)).toThrow('but got null');
    expect(() => annealing({ per: 'step' })).toThrow("'epoch' or 'batch'");
    expect(() => annealing({ layers: [] })).toThrow('an array of at least one of these');
    expect(() => annealing({ stepsPerEpoch: 0 })).toThrow('stepsPerEpoch');
    expect(() => annealing({ schedule: 0.5 })).toThrow('function of the step');
  });
});

describe('FactorAnnealing', () => {
  it.each(Object.entries(MODELS))('lets the loss of a %s model in', async (_, create) => {
    const model = create();
    const seen: number[] = [];
    const annealing = new FactorAnnealing({ schedule: (epoch) => epoch / 4 });
    const spy = new CustomCallback({ onBatchBegin: () => void seen.push(snnl(model).factor) });
    const { history } = await fit(model, [annealing, spy]);
    expect(seen).toEqual([0, 0, 0, 0.25, 0.25, 0.25, 0.5, 0.5, 0.5]);
    expect(history.factor).toEqual([0, 0.25, 0.5]);
    expect(snnl(model).getConfig().factor).toBe(0.5);
  });

  it('weighs what the step trains on', async () => {
    // Weights that stay as they are: the loss alone tells the factor.
    const model = functionalModel();
    const loss = async (factor: number) => {
      const annealing = new FactorAnnealing({ schedule: () => factor });
      const options = { epochs: 1, batchSize: 20, shuffle: false };
      model.optimizer = train.sgd(0);
      const { history } = await fit(model, [annealing], options);
      return history.loss?.[0] as number;
    };
    const [none, once, twice, entangling] = [
      await loss(0),
      await loss(1),
      await loss(2),
      await loss(-1),
    ];
    expect(once).toBeGreaterThan(none);
    expect(twice - none).toBeCloseTo(2 * (once - none), 5);
    expect(entangling - none).toBeCloseTo(none - once, 5);
  });

  it('takes the schedules of this package, and runs beside TemperatureAnnealing', async () => {
    const model = functionalModel();
    const { history } = await fit(model, [
      new FactorAnnealing({ schedule: linear({ initial: 0.1, final: 0.3, steps: 2 }) }),
      new TemperatureAnnealing({ schedule: exponential({ rate: 0.5 }) }),
    ]);
    expect(history.factor).toEqual([0.1, expect.closeTo(0.2, 9), expect.closeTo(0.3, 9)]);
    expect(history.temperature).toEqual([1, 0.5, 0.25]);
  });

  it('refuses a factor that is none, and a model without a layer', async () => {
    const schedule = (epoch: number) => (epoch === 1 ? Number.NaN : 1);
    await expect(fit(functionalModel(), [new FactorAnnealing({ schedule })])).rejects.toThrow(
      'Expected the factor of the schedule at step 1 to be a finite number, but got NaN',
    );
    await expect(fit(plainModel(), [new FactorAnnealing({ schedule })])).rejects.toThrow(
      /no SoftNearestNeighbor layer whose factor could be annealed/,
    );
    expect(() => {
      snnl(functionalModel()).factor = Number.POSITIVE_INFINITY;
    }).toThrow(/Expected factor of softNearestNeighbor to be a finite number/);
  });
});
