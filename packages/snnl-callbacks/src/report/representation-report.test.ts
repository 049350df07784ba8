import '@tensorflow/tfjs-backend-cpu';
import {
  fill,
  gather,
  memory,
  randomNormal,
  type Tensor2D,
  tensor1d,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { type LayersModel, sequential, layers as tfLayers } from '@tensorflow/tfjs-layers';
import { parseHTML } from 'linkedom';
import { neighborEntanglement, softNearestNeighbor } from 'snnl-layer';
import { describe, expect, it } from 'vitest';
import { TemperatureAnnealing } from '../annealing';
import { EntanglementLogger } from '../entanglement-logger';
import { exponential } from '../schedules';
import { blobs, functionalModel, nestedModel } from '../testing/models';
import { reportHtml } from './report-html';
import { type RepresentationReportOptions, representationReport } from './representation-report';

const heldOut = blobs({ count: 45, spread: 0.3, seed: 5 });
const train = blobs({ count: 60, spread: 0.3, seed: 5 });

const report = (model: LayersModel, options: Partial<RepresentationReportOptions> = {}) =>
  representationReport({ model, x: heldOut.x, y: heldOut.ids, restarts: 3, ...options });

describe('representationReport', () => {
  it('measures well separated classes as such', async () => {
    const model = functionalModel();
    const name = model.inputs[0]?.sourceLayer.name ?? 'none';
    const { layers, samples, classes } = await report(model, { layers: [name] });
    expect([samples, classes, layers.length]).toEqual([45, ['0', '1', '2'], 1]);
    expect(layers[0]).toMatchObject({
      width: 4,
      neighborAccuracy: 1,
      clusteringAccuracy: 1,
      adjustedRandIndex: 1,
      neighborConfusion: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    });
    expect(layers[0]?.mutualInformation).toBeCloseTo(1, 12);
    const { perClass: _, ...expected } = await neighborEntanglement(heldOut.ids, heldOut.x, {
      temperature: 0.1,
    });
    expect(layers[0]?.entanglement).toEqual(expected);
  });

  it('reports on the entanglement layers by default, also inside a nested model', async () => {
    const { layers } = await report(nestedModel(), { projections: ['pca'] });
    expect(layers.map(({ name }) => name)).toEqual(['snnl']);
    expect(Object.keys(layers[0]?.projections ?? {})).toEqual(['pca']);
  });

  it('leaves out samples without a label', async () => {
    const model = functionalModel();
    const ids = Array.from(heldOut.ids.dataSync());
    const options = { projections: ['pca'] as const, ignoreClass: -1 };
    const some = await report(model, {
      ...options,
      y: ids.map((id, i) => (i % 3 === 1 || i > 30 ? -1 : id)),
    });
    const rows = ids.flatMap((_, i) => (i % 3 === 1 || i > 30 ? [] : [i]));
    const alone = await report(model, {
      ...options,
      x: gather(heldOut.x, tensor1d(rows, 'int32')),
      y: rows.map((row) => ids[row] as number),
    });
    expect(some).toEqual(alone);
    expect(some.samples).toBe(21);
    const none = report(model, { ...options, y: ids.map((_, i) => (i < 3 ? i : -1)) });
    await expect(none).rejects.toThrow('Expected at least 4 samples with a label in x, but got 3.');
  });

  it('looks for neighbours among reference samples where there are some', async () => {
    const references = { x: train.x, y: train.oneHot };
    const { settings, layers } = await report(functionalModel(), { references, projections: [] });
    expect(settings.references).toBe(60);
    expect(layers[0]?.neighborConfusion.map((row) => row.reduce((a, b) => a + b))).toEqual([
      1, 1, 1,
    ]);
  });

  describe('of samples on two rays', () => {
    // A class on each ray, one sample near and one far.
    const x = tensor2d([
      [1, 0],
      [100, 0],
      [0, 1],
      [0, 100],
    ]);
    const y = [0, 0, 1, 1];
    const rays = (distance: 'cosine' | 'squaredEuclidean') =>
      sequential({ layers: [softNearestNeighbor({ distance, inputShape: [2], name: distance })] });
    const settings = { x, y, neighbors: 1, projections: [] };
    // In Euclidean distance the near ones are neighbours of each other, and three make a cluster.
    const euclidean = { neighborAccuracy: 0.5, clusteringAccuracy: 0.75 };
    const cosine = { neighborAccuracy: 1, clusteringAccuracy: 1 };

    it('goes by the distance of the layer, and says which', async () => {
      for (const [distance, expected, words] of [
        ['cosine', cosine, 'other samples (cosine distance)'],
        ['squaredEuclidean', euclidean, 'other samples (Euclidean distance)'],
      ] as const) {
        const data = await report(rays(distance), settings);
        expect(data.layers).toMatchObject([{ ...expected, neighborDistance: distance }]);
        const html = reportHtml(data);
        expect(html).toContain(words);
        expect(html).not.toContain('distance of neighbours');
      }
    });

    it('whatever the distance of entanglement', async () => {
      const options = { ...settings, distance: 'squaredEuclidean' } as const;
      const { layers } = await report(rays('cosine'), options);
      expect(layers).toMatchObject([{ ...cosine, neighborDistance: 'cosine' }]);
    });

    it('names the distance of each layer where they differ', async () => {
      const input = tfLayers.inputLayer({ inputShape: [2], name: 'plain' });
      const model = sequential({ layers: [input, softNearestNeighbor({ name: 'code' })] });
      const data = await report(model, { ...settings, layers: ['plain', 'code'] });
      expect(data.layers).toMatchObject([
        { ...euclidean, neighborDistance: 'squaredEuclidean' },
        { ...cosine, neighborDistance: 'cosine' },
      ]);
      const { document } = parseHTML(reportHtml(data));
      const cells = Array.from(document.querySelectorAll('td'), (cell) => cell.textContent);
      expect(cells.filter((text) => /distance/.test(text ?? ''))).toEqual([
        'Euclidean distance',
        'cosine distance',
      ]);
    });

    it('scales references too, and leaves samples of zeros where they are', async () => {
      const references = {
        x: tensor2d([
          [9, 0],
          [0, 0.01],
          [0, 0],
        ]),
        y: [0, 1, 2],
      };
      const { layers } = await report(rays('cosine'), { ...settings, references });
      expect(layers[0]?.neighborAccuracy).toBe(1);
      const origin = tensor2d([
        [1, 0],
        [0, 1],
        [0, 0],
        [0, 0],
      ]);
      // The two at the origin have each other; the others are nearer to it than to each other.
      const zeros = await report(rays('cosine'), { ...settings, x: origin });
      expect(zeros.layers[0]?.neighborAccuracy).toBe(0.5);
    });
  });

  it('names classes, also where ids have gaps or classes are in the references only', async () => {
    const ids = heldOut.ids.arraySync().map((id) => [2, 5, 9][id] as number);
    const names = Array.from({ length: 10 }, (_, id) => `class ${id}`);
    const model = functionalModel();
    const { classes, layers } = await report(model, {
      y: ids,
      classes: names,
      references: { x: train.x, y: train.ids.arraySync().map((id) => [2, 5, 7][id] as number) },
      projections: [],
    });
    expect(classes).toEqual(['class 2', 'class 5', 'class 7', 'class 9']);
    expect(layers[0]?.neighborConfusion.length).toBe(4);
  });

  it('takes classes by name, from pure noise as such', async () => {
    const noise = randomNormal([45, 4], 0, 1, 'float32', 7) as Tensor2D;
    const y = Array.from({ length: 45 }, (_, i) => ['dog', 'cat', '<b>'][i % 3] as string);
    const model = functionalModel();
    const own = model.inputs[0]?.sourceLayer.name ?? 'none';
    const shape = { x: noise, layers: [own], projections: [] };
    const { classes, layers, ...rest } = await report(model, {
      ...shape,
      y,
      references: { x: noise, y: y.map((name) => (name === 'cat' ? 'bird' : name)) },
    });
    expect(classes).toEqual(['<b>', 'bird', 'cat', 'dog']);
    const byId = await report(model, { ...shape, y: y.map((_, i) => i % 3) });
    expect(layers[0]?.entanglement).toEqual(byId.layers[0]?.entanglement);
    expect(layers[0]?.entanglement.ratio).toBeGreaterThan(0.8);
    const html = reportHtml({ classes, layers, ...rest });
    expect(html).toContain('&lt;b&gt;');
    expect(html).not.toContain('<b>');
  });

  it('takes ids beyond int32', async () => {
    const large = heldOut.ids.arraySync().map((id) => 2 ** 32 * id + 7);
    const { classes, layers } = await report(functionalModel(), { y: large, projections: [] });
    expect(classes).toEqual(['7', '4294967303', '8589934599']);
    const { layers: small } = await report(functionalModel(), { projections: [] });
    expect(layers).toEqual(small);
  });

  it.each([
    ['fractions', { y: fill([45], 0.5) }, /y to be integer class ids .* got 0.5 at 0/],
    ['rows without a class', { y: zeros([45, 3]) }, /row 0, \[0,0,0\], has no class/],
    ['ids of steps', { y: fill([45, 2], 3) }, /seems to hold class ids/],
    ['too few', { y: ['a', 'b'] }, /y to be class ids of shape \[45\].*got shape \[2\]/],
    [
      'references that name classes otherwise',
      { references: { x: heldOut.x, y: heldOut.ids.arraySync().map(String) } },
      /references.y to name classes in one way/,
    ],
  ])('refuses labels that are %s', async (_, options, message) => {
    await expect(report(functionalModel(), options)).rejects.toThrow(message);
  });

  it('pictures as many samples of each class as of another', async () => {
    const { pictured, layers } = await report(functionalModel(), { pictureSize: 12 });
    expect([0, 1, 2].map((label) => pictured.filter((one) => one === label).length)).toEqual([
      4, 4, 4,
    ]);
    expect(layers[0]?.projections.pca?.points.length).toBe(12);
    expect(layers[0]?.projections.umap?.points.length).toBe(12);
  });

  it('is plain data, the same each time, and leaves no tensor behind', async () => {
    const model = functionalModel();
    const before = memory().numTensors;
    const first = await report(model);
    expect(memory().numTensors).toBe(before);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    expect(await report(model)).toEqual(first);
  });

  it('shows the course of a training', async () => {
    const model = functionalModel();
    const logger = new EntanglementLogger({ x: heldOut.x, y: heldOut.ids });
    const annealing = new TemperatureAnnealing({ schedule: exponential({ rate: 0.5 }) });
    await model.fit(train.x, train.oneHot, {
      epochs: 3,
      verbose: 0,
      callbacks: [annealing, logger],
    });
    const { training } = await report(model, { records: logger.records, projections: [] });
    expect(training?.per).toBe('epoch');
    expect(training?.temperature?.points).toEqual([
      { step: 1, value: 1 },
      { step: 2, value: 0.5 },
      { step: 3, value: 0.25 },
    ]);
    expect(training?.ratios.map(({ title, points }) => [title, points.length])).toEqual([
      ['snnl', 3],
    ]);
  });

  it.each([
    [{ neighbors: 0 }, 'neighbors'],
    [{ restarts: 0.5 }, 'restarts'],
    [{ pictureSize: -1 }, 'pictureSize'],
    [{ y: [0, 1] }, 'one for each sample'],
    [{ layers: ['code'] }, "no layer 'code'"],
  ])('refuses %j', async (options, message) => {
    await expect(report(functionalModel(), options)).rejects.toThrow(message);
  });

  it('refuses features that are not finite, naming the layer', async () => {
    const model = functionalModel();
    model.setWeights(model.getWeights().map((weight) => fill(weight.shape, Number.NaN)));
    await expect(report(model)).rejects.toThrow("'snnl' gives features that are NaN");
  });

  it('reports on a layer that is dead', async () => {
    const model = functionalModel();
    model.setWeights(model.getWeights().map((weight) => fill(weight.shape, 0)));
    const { layers } = await report(model);
    expect(layers[0]?.entanglement.ratio).toBeCloseTo(1, 6);
    expect(layers[0]?.clusteringAccuracy).toBeCloseTo(1 / 3, 6);
    expect(reportHtml(await report(model))).not.toContain('NaN');
  });

  it('refuses too few samples', async () => {
    const few = blobs({ count: 3 });
    await expect(report(functionalModel(), { x: few.x, y: few.ids })).rejects.toThrow('at least 4');
  });
});
