import '@tensorflow/tfjs-backend-cpu';
import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as main from './index';
import * as node from './node';
import * as report from './report';
import { matrix } from './report/measure/matrix';
import { blobs, functionalModel } from './testing/models';

const { x, ids: y } = blobs({ count: 6 });
const model = functionalModel();
const curve = { title: 'code', points: [{ step: 1, value: 1 }], ...report.lineStyle(0) };
const tfvis = { render: { linechart: async () => {} } };

/** Each export that takes options, called with what it needs and further ones. */
const WITH_OPTIONS: Record<string, (options: object) => unknown> = {
  EntanglementLogger: (o) => new main.EntanglementLogger({ x, y, ...o }),
  BestWeights: (o) => new main.BestWeights(o),
  FactorAnnealing: (o) => new main.FactorAnnealing({ schedule: () => 1, ...o }),
  TemperatureAnnealing: (o) => new main.TemperatureAnnealing({ schedule: () => 1, ...o }),
  asCallbacks: (o) => main.asCallbacks([], o),
  clamp: (o) => main.clamp(() => 1, o),
  consoleTable: (o) => main.consoleTable(o),
  cosine: (o) => main.cosine({ final: 1, steps: 2, ...o }),
  cosineRestarts: (o) => main.cosineRestarts({ final: 1, steps: 2, ...o }),
  exponential: (o) => main.exponential({ rate: 0.5, ...o }),
  inversePower: (o) => main.inversePower(o),
  linear: (o) => main.linear({ final: 1, steps: 2, ...o }),
  stepDecay: (o) => main.stepDecay({ factor: 0.5, every: 2, ...o }),
  tfvisChart: (o) => main.tfvisChart(tfvis, { name: 'here', ...o }),
  warmup: (o) => main.warmup(() => 1, { initial: 2, steps: 2, ...o }),
  csv: (o) => node.csv('not-opened.csv', o),
  jsonl: (o) => node.jsonl('not-opened.jsonl', o),
  drawCurves: (o) => report.drawCurves([curve], { yLabel: 'loss (nats)', ...o }),
  drawScatter: (o) => report.drawScatter({ points: [[0, 0]], labels: [0] }, ['a'], o),
  kMeans: (o) =>
    report.kMeans(matrix(Float32Array.of(0, 1, 9), 1), {
      ...{ clusters: 2, restarts: 1, seed: 1 },
      ...o,
    }),
  representationReport: (o) => report.representationReport({ model, x, y, projections: [], ...o }),
};

const WITHOUT_OPTIONS = [
  ...['constant', 'piecewise', 'tensorBoard', 'modelFolder'],
  ...['adjustedRandIndex', 'classColor', 'classKey', 'clusteringAccuracy', 'escapeHtml', 'figure'],
  ...['htmlPage', 'lineKey', 'lineStyle', 'matrix', 'nearestNeighborAccuracy', 'nearestNeighbors'],
  ...['neighborConfusion', 'normalizedMutualInformation', 'principalPlane', 'reportHtml', 'umap'],
  'votingAccuracy',
];

const call = async (name: string, options: object) => WITH_OPTIONS[name]?.(options);

describe('exports', () => {
  it('take options that are checked here, or none', () => {
    const functions = Object.entries({ ...main, ...node, ...report }).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
    expect(functions.sort()).toEqual([...Object.keys(WITH_OPTIONS), ...WITHOUT_OPTIONS].sort());
  });

  it.each(Object.keys(WITH_OPTIONS))('%s refuses an option that nobody knows', async (name) => {
    const what = name === 'tfvisChart' ? 'surface' : name;
    await expect(call(name, { xyzzy: 1 })).rejects.toThrow(
      new RegExp(`^Expected the options of ${what} to be among .*, but got 'xyzzy'\\.$`),
    );
    await expect(call(name, {})).resolves.toBeDefined();
  });

  it.each([
    ['TemperatureAnnealing', { layer: 'code' }, "Did you mean 'layers'?"],
    ['TemperatureAnnealing', { layers: [undefined] }, 'a layer or its name, or an array'],
    ['TemperatureAnnealing', { layers: {} }, 'a layer or its name, or an array'],
    ['TemperatureAnnealing', { name: 3 }, 'name of TemperatureAnnealing to be a text'],
    ['EntanglementLogger', { evry: 2 }, "Did you mean 'every'?"],
    ['EntanglementLogger', { distance: () => 1 }, 'but got function distance'],
    ['EntanglementLogger', { distance: 'cosin' }, `or 'squaredEuclidean', but got "cosin"`],
    ['EntanglementLogger', { temperature: -1 }, "or 'layer', but got -1"],
    ['EntanglementLogger', { temperature: 'layers' }, `or 'layer', but got "layers"`],
    ['EntanglementLogger', { perClass: 'yes' }, 'true or false, but got "yes"'],
    ['EntanglementLogger', { writers: [() => {}] }, 'entry 0, a function, has no function write'],
    ['EntanglementLogger', { x: [[1, 2]] }, 'a tensor of samples'],
    ['EntanglementLogger', { y: 3 }, 'class ids of the samples in x'],
    ['inversePower', { gama: 1 }, "Did you mean 'gamma'?"],
    ['inversePower', { gamma: '0.5' }, '0 or greater, but got "0.5"'],
    ['linear', { intial: 3 }, "Did you mean 'initial'?"],
    ['cosineRestarts', { lengthen: 0.5 }, 'at least 1, so that cycles'],
    ['csv', { appnd: true }, "Did you mean 'append'?"],
    ['csv', { append: 'true' }, 'true or false'],
    ['jsonl', { apend: true }, "Did you mean 'append'?"],
    ['consoleTable', { history: 0 }, 'integer of at least 1, but got 0'],
    ['consoleTable', { print: 'log' }, 'a function of a text'],
    ['asCallbacks', { yieldEvery: 'always' }, '\'never\', or milliseconds, but got "always"'],
    ['tfvisChart', { title: 'x' }, 'options of surface to be among name, tab'],
    ['representationReport', { projections: ['tsne'] }, 'both or none, but got ["tsne"]'],
    ['representationReport', { projections: 'pca' }, 'both or none, but got "pca"'],
    ['representationReport', { neighbours: 3 }, "Did you mean 'neighbors'?"],
    ['representationReport', { model: undefined }, 'a sequential or functional model'],
    ['representationReport', { records: {} }, 'records of an EntanglementLogger'],
    ['representationReport', { title: 3 }, 'title of representationReport to be a text'],
    ['representationReport', { references: { x } }, 'y of references to be the class ids'],
    ['representationReport', { references: { x, y, labels: y } }, 'options of references'],
    ['representationReport', { seed: 0.5 }, 'an integer, but got 0.5'],
    ['kMeans', { clusters: 0 }, 'clusters of kMeans'],
  ])('%s refuses %o', async (name, options, message) => {
    await expect(call(name, options)).rejects.toThrow(message);
  });

  it('check what is not in an object of options', () => {
    expect(() => node.csv({ append: true } as never)).toThrow('path of csv to be a text');
    expect(() => node.jsonl('')).toThrow('path of jsonl to be a text');
    expect(() => node.tensorBoard(undefined as never)).toThrow('logdir of tensorBoard');
    expect(() => main.tfvisChart({} as never)).toThrow('the module @tensorflow/tfjs-vis');
    expect(() => main.constant('1' as never)).toThrow('temperature of constant');
    expect(() => main.piecewise({ 0: 1 } as never)).toThrow('an array of [step, temperature]');
  });
});

describe('samples that do not fit the model are refused before the first epoch', () => {
  const epochs: number[] = [];
  const fit = (options: object) => {
    epochs.length = 0;
    return functionalModel().fit(x, blobs({ count: 6 }).oneHot, {
      epochs: 2,
      verbose: 0,
      callbacks: [
        new main.EntanglementLogger({ x, y, every: 2, ...options }),
        ...main.asCallbacks([{ onEpochBegin: async (epoch: number) => void epochs.push(epoch) }]),
      ],
    });
  };
  const disposed = tensor2d([[1, 2, 3, 4]]);
  disposed.dispose();

  it.each([
    ['too few features', { x: zeros([6, 3]) }, /\[samples,4\], but got a tensor of shape \[6,3\]/],
    ['another rank', { x: zeros([6, 2, 2]) }, /but got a tensor of shape \[6,2,2\]/],
    ['too many inputs', { x: [x, x] }, /\[samples,4\], but got a tensor .* and a tensor/],
    ['a tensor that is gone', { x: disposed, y: [0] }, 'has been disposed of'],
  ])('%s', async (_, options, message) => {
    await expect(fit(options)).rejects.toThrow(message);
    expect(epochs).toEqual([]);
    await expect(call('representationReport', options)).rejects.toThrow(message);
  });

  it('references of a report', async () => {
    const references = { x: tensor1d([1, 2]), y: [0, 1] };
    await expect(
      report.representationReport({ model, x, y, references, projections: [] }),
    ).rejects.toThrow('Expected references.x to have the shape of the inputs');
  });

  it('and those that fit are not', async () => {
    await fit({ x: [x] });
    expect(epochs).toEqual([0, 1]);
  });
});
