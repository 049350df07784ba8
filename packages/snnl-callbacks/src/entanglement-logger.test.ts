import '@tensorflow/tfjs-backend-cpu';
import { fill, slice, tensor2d, zeros } from '@tensorflow/tfjs-core';
import * as tfdata from '@tensorflow/tfjs-data';
import { CustomCallback, callbacks, type LayersModel } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TemperatureAnnealing } from './annealing';
import type { asCallbacks } from './as-callbacks';
import { EntanglementLogger, type EntanglementLoggerOptions } from './entanglement-logger';
import { exponential } from './schedules';
import { blobs, functionalModel, MODELS, sequentialModel } from './testing/models';
import { consoleTable } from './writers/console-table';
import type { LogWriter } from './writers/writer';

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

describe('EntanglementLogger', () => {
  it.each(Object.entries(MODELS))(
    'puts the documented keys of a %s model into History',
    async (_, create) => {
      const { history } = await fit(create(), [logger()]);
      expect(Object.keys(history)).toEqual([
        'loss',
        'entanglement_snnl_loss',
        'entanglement_snnl_chance',
        'entanglement_snnl_ratio',
      ]);
      expect(Object.values(history).map((values) => values.length)).toEqual([4, 4, 4, 4]);
    },
  );

  it('leaves out samples without a label', async () => {
    const ids = Array.from(heldOut.ids.dataSync(), String);
    const options = { perClass: true, ignoreClass: 'none' };
    const some = logger({ ...options, y: ids.map((id, i) => (i > 11 ? 'none' : id)) });
    const alone = logger({ ...options, x: slice(heldOut.x, 0, 12), y: ids.slice(0, 12) });
    await fit(functionalModel(), [some], { epochs: 1 });
    await fit(functionalModel(), [alone], { epochs: 1 });
    expect(some.records[0]?.entanglement).toEqual(alone.records[0]?.entanglement);
    expect([...(some.records[0]?.entanglement[0]?.perClass.keys() ?? [])]).toEqual(['0', '1', '2']);
  });

  it('adds classes on request', async () => {
    const { history } = await fit(functionalModel(), [logger({ perClass: true })], { epochs: 1 });
    expect(Object.keys(history).filter((key) => key.includes('class_'))).toEqual(
      [0, 1, 2].flatMap((id) =>
        ['loss', 'chance', 'ratio'].map((key) => `entanglement_snnl_class_${id}_${key}`),
      ),
    );
    const classes = [0, 1, 2].map((id) =>
      Number(history[`entanglement_snnl_class_${id}_loss`]?.[0]),
    );
    const mean = classes.reduce((sum, loss) => sum + loss) / 3;
    expect(history.entanglement_snnl_loss?.[0]).toBeCloseTo(mean, 6);
  });

  it('names classes in keys, of letters, digits, _ and -', async () => {
    const names = ['New York', 'New_York', 'Zürich'];
    const y = heldOut.ids.arraySync().map((id) => names[id] as string);
    const named = logger({ perClass: true, y });
    const { history } = await fit(functionalModel(), [named], { epochs: 1 });
    const keys = ['New_York', 'New_York-2', 'Zürich'].map(
      (name) => history[`entanglement_snnl_class_${name}_loss`]?.[0],
    );
    const byId = await fit(functionalModel(), [logger({ perClass: true })], { epochs: 1 });
    const ids = [0, 1, 2].map((id) => byId.history[`entanglement_snnl_class_${id}_loss`]?.[0]);
    expect(keys).toEqual(ids);
    expect([...(named.records[0]?.entanglement[0]?.perClass.keys() ?? [])]).toEqual(names);
  });

  it('leaves out a class that has a single sample', async () => {
    const y = [...heldOut.ids.arraySync().slice(1), 7];
    const { history } = await fit(functionalModel(), [logger({ perClass: true, y })], {
      epochs: 1,
    });
    expect(Object.keys(history).filter((key) => key.includes('class_7'))).toEqual([]);
  });

  it('measures every k epochs, counted from the first of the whole training', async () => {
    const run = logger({ every: 2 });
    const { history } = await fit(functionalModel(), [run], { epochs: 6, initialEpoch: 1 });
    expect(run.records.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 1],
      [3, 3],
      [5, 5],
    ]);
    expect(history.entanglement_snnl_ratio?.length).toBe(3);
    expect(history.loss?.length).toBe(5);
  });

  it('measures every k batches; an epoch ends with its last measurement', async () => {
    const run = logger({ per: 'batch', every: 2 });
    const seen: (number | undefined)[] = [];
    const later = new CustomCallback({
      onBatchEnd: (_, logs) => {
        seen.push(logs?.entanglement_snnl_ratio);
      },
    });
    const { history } = await fit(functionalModel(), [run, later], { epochs: 2 });
    expect(run.records.map(({ epoch, step }) => [epoch, step])).toEqual([
      [0, 1],
      [1, 3],
      [1, 5],
    ]);
    const ratios = run.records.map(({ entanglement: [layer] }) => layer?.ratio);
    expect(seen).toEqual([undefined, ratios[0], undefined, ratios[1], undefined, ratios[2]]);
    expect(history.entanglement_snnl_ratio).toEqual([ratios[0], ratios[2]]);
    expect(Object.keys(run.records[0]?.logs ?? {})).toEqual([
      'loss',
      'entanglement_snnl_loss',
      'entanglement_snnl_chance',
      'entanglement_snnl_ratio',
    ]);
  });

  it('hands writers all values of the logs as numbers, those of earlier callbacks included', async () => {
    const rows: Record<string, number>[] = [];
    const calls: string[] = [];
    const writer: LogWriter = {
      name: 'mine',
      open: () => void calls.push('open'),
      write: ({ logs }) => void rows.push({ ...logs }),
      close: () => void calls.push('close'),
    };
    const annealing = new TemperatureAnnealing({ schedule: exponential({ rate: 0.5 }) });
    await fit(functionalModel(), [annealing, logger({ writers: [writer] })], {
      epochs: 2,
      validationData: [heldOut.x, heldOut.oneHot],
    });
    expect(rows.map((row) => Object.keys(row))).toEqual(
      [0, 1].map(() => [
        'val_loss',
        'loss',
        'temperature',
        'entanglement_snnl_loss',
        'entanglement_snnl_chance',
        'entanglement_snnl_ratio',
      ]),
    );
    expect(rows.map(({ temperature }) => temperature)).toEqual([1, 0.5]);
    expect(rows.flatMap(Object.values).every(Number.isFinite)).toBe(true);
    expect(calls).toEqual(['open', 'close']);
  });

  it('runs twice side by side under two names, not under one', async () => {
    const other = logger({ name: 'other', x: train.x, y: train.ids });
    const { history } = await fit(functionalModel(), [logger(), other], { epochs: 1 });
    expect(history.entanglement_snnl_ratio).not.toEqual(history.other_snnl_ratio);
    await expect(fit(functionalModel(), [logger(), logger()])).rejects.toThrow(
      "a value 'entanglement_snnl_loss' already",
    );
  });

  it('lets EarlyStopping watch the ratio', async () => {
    const stop = callbacks.earlyStopping({
      monitor: 'entanglement_snnl_ratio',
      mode: 'max',
      baseline: 9,
    });
    const { history } = await fit(functionalModel(), [logger(), stop]);
    expect(history.entanglement_snnl_ratio?.length).toBe(1);
  });

  it('works with fitDataset', async () => {
    const dataset = tfdata.generator(function* () {
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
    const run = logger({ per: 'batch', every: 2 });
    const model = sequentialModel();
    await model.fitDataset(dataset, { epochs: 2, verbose: 0, callbacks: [run] });
    expect(run.records.map(({ step }) => step)).toEqual([1, 3, 5]);
  });

  it('needs the number of batches to resume per batch', async () => {
    const dataset = tfdata.generator(function* () {
      for (let i = 0; i < 3; i++) {
        yield {
          xs: zeros([2, 4]),
          ys: tensor2d([
            [1, 0, 0],
            [0, 1, 0],
          ]),
        };
      }
    });
    const resume = async (options: Partial<EntanglementLoggerOptions>, given = {}) => {
      const run = logger(options);
      const settings = { epochs: 3, initialEpoch: 2, verbose: 0, callbacks: [run], ...given };
      await functionalModel().fitDataset(dataset, settings);
      return run.records.map(({ step }) => step);
    };
    await expect(resume({ per: 'batch' })).rejects.toThrow(
      'Give stepsPerEpoch to EntanglementLogger, or batchesPerEpoch to fitDataset.',
    );
    expect(await resume({ per: 'batch', stepsPerEpoch: 3 })).toEqual([6, 7, 8]);
    expect(await resume({ per: 'batch' }, { batchesPerEpoch: 3 })).toEqual([6, 7, 8]);
    expect(await resume({})).toEqual([2]);
  });

  it('takes a layer, or its name, alone', async () => {
    for (const choose of [() => 'hidden', (model: LayersModel) => model.getLayer('hidden')]) {
      const model = functionalModel();
      const run = logger({ layers: choose(model) });
      await fit(model, [run], { epochs: 1 });
      expect(run.records[0]?.entanglement.map(({ layer }) => layer)).toEqual(['hidden']);
    }
  });

  it.each(Object.entries(MODELS))(
    'does not disturb the training of a %s model',
    async (_, create) => {
      const weights = async (list: ReturnType<typeof asCallbacks>) => {
        const model = create();
        await fit(model, list);
        return model.getWeights().map((weight) => weight.arraySync());
      };
      const measured = logger({ layers: ['hidden', 'snnl', 'classes'], per: 'batch' });
      expect(await weights([measured])).toEqual(await weights([]));
    },
  );
});

describe('EntanglementLogger refuses', () => {
  it.each([
    [{ per: 'step' as 'epoch' }, "'epoch' or 'batch'"],
    [{ every: 0 }, 'every'],
    [{ every: 1.5 }, 'every'],
    [{ batchSize: -1 }, 'batchSize'],
    [{ blockSize: Number.NaN }, 'blockSize'],
    [{ layers: [] }, 'an array of at least one of these'],
    [{ y: undefined as never }, /Expected y of .* to be the class ids .* but got undefined/],
    [{ writers: consoleTable() as never }, 'to be an array of writers, such as'],
    [{ writers: [consoleTable as never] }, 'entry 0, function consoleTable, has no function write'],
    [{ y: zeros([24, 3, 3]) }, 'or one-hot rows, but got a tensor of shape [24,3,3]'],
    [{ y: [0, 1] }, '2 labels for 24 samples'],
    [{ x: [heldOut.x, train.x] }, '24 labels for 24 and 30 samples'],
    [{ x: [] }, 'a tensor of samples'],
  ])('options %j', (options, message) => {
    expect(() => logger(options)).toThrow(message);
  });

  it('no options', () => {
    expect(() => new EntanglementLogger(undefined as never)).toThrow(
      'such as { x: ... }, but got undefined',
    );
  });

  it('a layer that is missing, when training begins', async () => {
    await expect(fit(functionalModel(), [logger({ layers: ['code'] })])).rejects.toThrow(
      "has no layer 'code'",
    );
  });

  it.each([
    ['fractions', fill([24], 0.5), /y to be integer class ids .* got 0.5 at 0/],
    [
      'NaN',
      heldOut.x
        .dataSync()
        .slice(0, 24)
        .map(() => Number.NaN),
      /got NaN at 0/,
    ],
    ['rows without a class', zeros([24, 3]), /row 0, \[0,0,0\], has no class/],
  ])('labels that are %s, when training begins', async (_, y, message) => {
    const run = logger({ y });
    const epochs = vi.fn();
    const list = [run, new CustomCallback({ onEpochEnd: epochs })];
    await expect(fit(functionalModel(), list)).rejects.toThrow(message);
    expect(epochs).not.toHaveBeenCalled();
  });

  it('samples that do not fit the model', async () => {
    const x = tensor2d([
      [1, 2],
      [3, 4],
    ]);
    await expect(fit(functionalModel(), [logger({ x, y: [0, 0] })])).rejects.toThrow(/shape/);
  });
});
