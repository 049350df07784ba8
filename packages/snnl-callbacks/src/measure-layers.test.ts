import '@tensorflow/tfjs-backend-cpu';
import { getKernel, type Tensor } from '@tensorflow/tfjs-core';
import { CustomCallback, type LayersModel } from '@tensorflow/tfjs-layers';
import { entanglement, neighborEntanglement, type SoftNearestNeighbor } from 'snnl-layer';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TemperatureAnnealing } from './annealing';
import type { asCallbacks } from './as-callbacks';
import { EntanglementLogger, type EntanglementLoggerOptions } from './entanglement-logger';
import { chosenLayers } from './model-layers';
import { exponential } from './schedules';
import { blobs, functionalModel, plainModel } from './testing/models';

afterEach(() => vi.restoreAllMocks());

const train = blobs({ count: 30, seed: 3 });
const heldOut = blobs({ count: 24, seed: 5 });

const logger = (options: Partial<EntanglementLoggerOptions> = {}) =>
  new EntanglementLogger({ x: heldOut.x, y: heldOut.ids, ...options });

const fit = (model: LayersModel, list: ReturnType<typeof asCallbacks>, options = {}) =>
  model.fit(train.x, train.oneHot, {
    epochs: 4,
    batchSize: 10,
    verbose: 0,
    shuffle: false,
    callbacks: list,
    ...options,
  });

describe('how EntanglementLogger measures', () => {
  it('measures by the kernel that it is told, else by that of the layer', async () => {
    await neighborEntanglement(heldOut.ids, heldOut.x);
    const kernel = getKernel('SnnlNeighborLogSums', 'cpu');
    const fused = vi.spyOn(kernel, 'kernelFunc');
    const epochs = async (options: Partial<EntanglementLoggerOptions>, own?: 'composed') => {
      fused.mockClear();
      const model = functionalModel(own === undefined ? {} : { kernel: own });
      await fit(model, [logger(options)], { epochs: 1 });
      return fused.mock.calls.length > 0;
    };
    expect(await epochs({})).toBe(true);
    expect(await epochs({ kernel: 'composed' })).toBe(false);
    expect(await epochs({}, 'composed')).toBe(false);
    expect(await epochs({ kernel: 'fused' }, 'composed')).toBe(true);
  });

  it('measures the layers on the held-out data after each epoch', async () => {
    const model = plainModel();
    const outputs: Tensor[] = [];
    const predict = new CustomCallback({
      onEpochEnd: () => {
        outputs.push(model.predict(heldOut.x) as Tensor);
      },
    });
    const options = { temperature: 0.3, distance: 'squaredEuclidean' as const };
    const { history } = await fit(model, [logger({ layers: ['classes'], ...options }), predict]);
    for (const [epoch, features] of outputs.entries()) {
      const expected = await neighborEntanglement(heldOut.ids, features, options);
      expect(history.entanglement_classes_loss?.[epoch]).toBe(expected.loss);
      expect(history.entanglement_classes_chance?.[epoch]).toBe(expected.chance);
      expect(history.entanglement_classes_ratio?.[epoch]).toBe(expected.ratio);
    }
    expect(outputs.length).toBe(4);
  });

  it('measures as the layer itself does with temperature: layer', async () => {
    const model = functionalModel({ distance: 'squaredEuclidean', temperature: 2, units: 3 });
    const [layer] = chosenLayers(model, ['snnl']) as [SoftNearestNeighbor];
    model.compile({
      optimizer: 'sgd',
      loss: 'categoricalCrossentropy',
      metrics: [entanglement(layer)],
    });
    const annealing = new TemperatureAnnealing({
      schedule: exponential({ initial: 2, rate: 0.5 }),
    });
    const measure = logger({ temperature: 'layer', y: heldOut.oneHot });
    const { history } = await fit(model, [annealing, measure], {
      validationData: [heldOut.x, heldOut.oneHot],
      // As one batch, so that the metric sees all pairs as well.
      batchSize: 30,
    });
    history.val_snnl_entanglement?.forEach((value, epoch) => {
      expect(history.entanglement_snnl_loss?.[epoch]).toBeCloseTo(Number(value), 5);
    });
    expect(history.val_snnl_entanglement?.length).toBe(4);
  });

  it('keeps the temperature fixed by default, so that epochs compare', async () => {
    const byDefault = logger({ name: 'default' });
    const low = logger({ name: 'low', temperature: 0.1 });
    const own = logger({ name: 'own', temperature: 'layer' });
    const { history } = await fit(functionalModel({ temperature: 0.5 }), [byDefault, low, own]);
    expect(history.default_snnl_loss).toEqual(history.low_snnl_loss);
    expect(history.default_snnl_loss).not.toEqual(history.own_snnl_loss);
  });

  it('chooses the layers with weights where there is no entanglement layer', async () => {
    const { history } = await fit(plainModel(), [logger()]);
    expect(Object.keys(history).filter((key) => key.endsWith('ratio'))).toEqual([
      'entanglement_hidden_ratio',
      'entanglement_classes_ratio',
    ]);
  });
});
