import '@tensorflow/tfjs-backend-cpu';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory, mul, type Tensor } from '@tensorflow/tfjs-core';
import { CustomCallback, type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { asCallbacks } from './as-callbacks';
import { BestWeights, type BestWeightsOptions } from './best-weights';
import { EntanglementLogger } from './entanglement-logger';
import { modelFolder } from './node';
import { temporaryFolder } from './testing/logs';
import { blobs, functionalModel, MODELS } from './testing/models';

afterEach(() => vi.restoreAllMocks());

const { x, ids, oneHot } = blobs({ count: 24 });
const valuesOf = (weights: Tensor[]) => weights.map((weight) => [...weight.dataSync()]);

/** Trains with `scores` in the logs of the epochs; the weights after each of them. */
async function fit(
  model: LayersModel,
  best: BestWeights,
  scores: readonly (number | undefined)[],
): Promise<number[][][]> {
  const seen: number[][][] = [];
  const score = new CustomCallback({
    onEpochEnd: async (epoch, logs = {}) => {
      const value = scores[epoch];
      if (value !== undefined) logs.score = value;
      seen.push(valuesOf(model.getWeights()));
    },
  });
  await model.fit(x, oneHot, {
    epochs: scores.length,
    batchSize: 12,
    verbose: 0,
    callbacks: asCallbacks([score, best]),
  });
  return seen;
}

const byScore = (options: BestWeightsOptions = {}) =>
  new BestWeights({ monitor: 'score', ...options });

describe('BestWeights', () => {
  it.each(Object.entries(MODELS))('gives a %s model its best weights back', async (_, create) => {
    const model = create();
    const best = byScore();
    const seen = await fit(model, best, [3, 1, 2]);
    expect(best.best).toEqual({ epoch: 1, value: 1 });
    expect(valuesOf(model.getWeights())).toEqual(seen[1]);
    expect(valuesOf(model.getWeights())).not.toEqual(seen[2]);
  });

  it.each<[string, BestWeightsOptions, (number | undefined)[], number]>([
    ['the greatest', { mode: 'max' }, [1, 3, 2], 1],
    ['the first of equal ones', {}, [2, 1, 1], 1],
    ['no NaN', {}, [Number.NaN, 2, Number.NaN], 1],
    ['an epoch that has the key', {}, [undefined, 2, undefined], 1],
    ['the last', {}, [3, 2, 1], 2],
  ])('keeps %s', async (_, options, scores, epoch) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const model = functionalModel();
    const best = byScore(options);
    const seen = await fit(model, best, scores);
    expect(best.best?.epoch).toBe(epoch);
    expect(valuesOf(model.getWeights())).toEqual(seen[epoch]);
  });

  it('leaves the last weights where it is not to restore, and no tensor behind', async () => {
    const model = functionalModel();
    await fit(model, byScore(), [1]);
    const before = memory().numTensors;
    const seen = await fit(model, byScore({ restore: false }), [1, 2]);
    expect(valuesOf(model.getWeights())).toEqual(seen[1]);
    await fit(model, byScore(), [1, 2, 3]);
    expect(memory().numTensors).toBe(before);
  });

  it('goes by what a logger has measured, and starts over in a second fit', async () => {
    const best = new BestWeights({ monitor: 'entanglement_snnl_ratio' });
    const model = functionalModel();
    for (let run = 0; run < 2; run++) {
      const { history } = await model.fit(x, oneHot, {
        epochs: 4,
        verbose: 0,
        callbacks: [new EntanglementLogger({ x, y: ids, every: 2 }), best],
      });
      const ratios = history.entanglement_snnl_ratio as number[];
      expect(best.best?.value).toBe(Math.min(...ratios));
    }
  });

  it('says which keys there are', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const model = functionalModel();
    const fitting = fit(model, new BestWeights(), [1, 2]);
    const message = /Expected the logs.* 'val_loss' .* they have 'loss', 'score'\. Give one/;
    await expect(fitting).rejects.toThrow(message);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(message)]]);
    await expect(fit(model, byScore(), [Number.NaN])).rejects.toThrow(/that is no NaN/);
  });

  it('saves each time that it is better, by any handler', async () => {
    const save = vi.fn(async () => ({ modelArtifactsInfo: {} as never }));
    await fit(functionalModel(), byScore({ save: { save } }), [3, 4, 2, 1]);
    expect(save).toHaveBeenCalledTimes(3);
    const failing = { save: () => Promise.reject(new Error('disk full')) };
    await expect(fit(functionalModel(), byScore({ save: failing }), [1])).rejects.toThrow(
      'disk full',
    );
  });
});

describe('modelFolder', () => {
  it('holds the best model, which loads again', async () => {
    const folder = join(temporaryFolder(), 'best');
    const model = functionalModel();
    const seen = await fit(
      model,
      byScore({ restore: false, save: modelFolder(folder) }),
      [2, 1, 3],
    );
    const files = readdirSync(folder).sort();
    expect(files).toEqual(['model.json', expect.stringMatching(/^weights-.*\.bin$/)]);
    const loaded = await loadLayersModel(modelFolder(folder));
    expect(valuesOf(loaded.getWeights())).toEqual(seen[1]);
  });

  it('keeps the old model where a new one cannot be written', async () => {
    const folder = join(temporaryFolder(), 'best');
    const model = functionalModel();
    await model.save(modelFolder(folder));
    const old = valuesOf(model.getWeights());
    // As a process leaves it that was killed before the end.
    writeFileSync(join(folder, 'weights-half.bin'), 'half');
    expect(valuesOf((await loadLayersModel(modelFolder(folder))).getWeights())).toEqual(old);
    model.setWeights(model.getWeights().map((weight) => mul(weight, 2)));
    await model.save(modelFolder(folder));
    expect(readdirSync(folder)).toHaveLength(2);
    const file = join(folder, 'model.json');
    await expect(model.save(modelFolder(join(file, 'below')))).rejects.toThrow(/ENOTDIR|EEXIST/);
    expect(readdirSync(folder)).toHaveLength(2);
  });
});
