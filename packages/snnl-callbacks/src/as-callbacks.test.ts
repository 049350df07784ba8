import '@tensorflow/tfjs-backend-cpu';
import { type CustomCallbackArgs, callbacks } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TemperatureAnnealing } from './annealing';
import { type AnyCallback, asCallbacks } from './as-callbacks';
import { blobs, functionalModel } from './testing/models';

const { x, oneHot } = blobs();
const fit = (list: object) =>
  functionalModel().fit(x, oneHot, {
    epochs: 2,
    batchSize: 20,
    verbose: 0,
    callbacks: list as CustomCallbackArgs[],
  });
const ours = () => new TemperatureAnnealing({ schedule: (step) => 1 / (1 + step) });

/** A plain object such as tfvis.show.fitCallbacks makes, with hooks that use `this`. */
const plain = () => ({
  seen: [] as (number | undefined)[],
  async onEpochEnd(_epoch: number, logs?: { [key: string]: number }) {
    this.seen.push(logs?.temperature);
  },
  batches: 0,
  async onBatchEnd() {
    this.batches += 1;
  },
});

afterEach(() => vi.restoreAllMocks());

describe('asCallbacks', () => {
  it('lets a plain object follow ours', async () => {
    const object = plain();
    const history = await fit(asCallbacks([ours(), object]));
    expect(object.seen).toEqual([1, 0.5]);
    expect(object.batches).toBe(6);
    expect(history.history.temperature).toEqual([1, 0.5]);
  });

  it('lets ours follow a plain object, which then runs before', async () => {
    const object = plain();
    const history = await fit(asCallbacks([object, ours()]));
    expect(object.seen).toEqual([undefined, undefined]);
    expect(object.batches).toBe(6);
    expect(history.history.temperature).toEqual([1, 0.5]);
  });

  it('keeps the instances of tfjs', async () => {
    const stop = callbacks.earlyStopping({ monitor: 'temperature', mode: 'max' });
    const object = plain();
    await fit(asCallbacks([object, ours(), stop]));
    expect(object.seen.length).toBe(2);
    expect(asCallbacks([stop])[0]).toBe(stop);
  });

  it('yields for plain objects as often as asked', async () => {
    const frames = vi.fn(async () => {});
    await fit(
      asCallbacks([{ ...plain(), nextFrameFunc: frames }, ours()], { yieldEvery: 'batch' }),
    );
    expect(frames).toHaveBeenCalledTimes(6);
  });

  it.each([[{}], [null], [{ onEpochEnd: 3 }], [() => {}]])('refuses %o', (entry) => {
    expect(() => asCallbacks([ours(), entry as AnyCallback])).toThrow(
      'Entry 1 of the callbacks is not a callback of tfjs. Expected',
    );
  });

  it('refuses a callback that is in no array', () => {
    expect(() => asCallbacks(ours() as never)).toThrow(
      /an array of callbacks.* but got an object of class TemperatureAnnealing/,
    );
  });

  it('recognises an instance of another copy of tfjs-layers', () => {
    const foreign = { setModel: () => {}, setParams: () => {}, onEpochEnd: async () => {} };
    expect(() => asCallbacks([foreign])).toThrow('another copy of @tensorflow/tfjs-layers');
  });
});

describe('without asCallbacks', () => {
  it('ours after a plain object says what to do', async () => {
    await expect(fit([plain(), ours()])).rejects.toThrow(
      /TemperatureAnnealing was taken for a plain-object callback\. .*asCallbacks/,
    );
  });

  it('a plain object after ours says what to do', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    await expect(fit([ours(), plain()])).rejects.toThrow('setParams is not a function');
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]?.[0]).toMatch(/TemperatureAnnealing was not attached .*asCallbacks/);
  });
});
