import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import * as entries from '.';
import { assertOptions, assertValue, describeValue, type OptionRules, rules } from './options';

const x = tf.tensor2d([0, 1, 2, 3], [2, 2]);

/** Each export that takes options, called with some. */
const WITH_OPTIONS: Record<string, (options: object) => unknown> = {
  attachEntanglement: (options) =>
    entries.attachEntanglement(
      tf.sequential({
        layers: [tf.layers.dense({ units: 2, inputShape: [2] }), tf.layers.dense({ units: 2 })],
      }),
      options,
    ),
  activityRegularizer: (options) => entries.activityRegularizer(options),
  balancedBatches: (options) =>
    entries.balancedBatches([0, 0], {
      ...{ classesPerBatch: 1, samplesPerClass: 2, seed: 1 },
      ...options,
    }),
  encodeLabels: (options) => entries.encodeLabels([0, 0], undefined, options),
  entanglement: (options) => entries.entanglement(entries.softNearestNeighbor(), options),
  neighborEntanglement: (options) => entries.neighborEntanglement([0, 0], x, options),
  neighborLogSums: (options) =>
    entries.neighborLogSums(
      {
        anchors: x,
        candidates: x,
        anchorLabels: tf.tensor1d([0, 0], 'int32'),
        candidateLabels: tf.tensor1d([0, 0], 'int32'),
        temperature: tf.scalar(1),
      },
      options,
    ),
  SoftNearestNeighbor: (options) => new entries.SoftNearestNeighbor(options),
  softNearestNeighbor: (options) => entries.softNearestNeighbor(options),
  softNearestNeighborLoss: (options) => entries.softNearestNeighborLoss([0, 0], x, options),
};

const WITHOUT_OPTIONS = [
  ...['allLayers', 'assertKernelInputs', 'assertOptions', 'assertValue', 'kernelStatus'],
  ...['describeValue', 'labelsOnly', 'isLabelled', 'readLabels'],
  ...['kernelFor', 'registerCpuKernels', 'registerLayer', 'registerWasmMatMul', 'reportKernels'],
  ...['releaseCpuKernels', 'setCpuKernelThreads', 'stripEntanglement', 'withTargetLabels'],
];

const call = async (name: string, options: unknown) => WITH_OPTIONS[name]?.(options as object);

describe('exports', () => {
  test('take options that are checked here, or none', () => {
    const functions = Object.entries(entries).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
    expect(functions.sort()).toEqual([...Object.keys(WITH_OPTIONS), ...WITHOUT_OPTIONS].sort());
  });

  test.each(Object.keys(WITH_OPTIONS))('%s refuses an option that nobody knows', async (name) => {
    const what = name === 'SoftNearestNeighbor' ? 'softNearestNeighbor' : name;
    await expect(call(name, { xyzzy: 1 })).rejects.toThrow(
      new RegExp(`^Expected the options of ${what} to be among .*, but got 'xyzzy'\\.$`),
    );
    await expect(call(name, {})).resolves.toBeDefined();
  });

  test.each(Object.keys(WITH_OPTIONS).filter((name) => name !== 'balancedBatches'))(
    '%s refuses what is no options object',
    async (name) => {
      for (const options of [0.5, 'cosine', null, [0.5], tf.scalar(1), () => 1]) {
        await expect(call(name, options)).rejects.toThrow(TypeError);
        await expect(call(name, options)).rejects.toThrow('to be an object, such as {');
      }
    },
  );

  test.each([
    ['entanglement', { mesure: 'ratio' }, "got 'mesure'. Did you mean 'measure'?"],
    ['softNearestNeighbor', { temprature: 1 }, "Did you mean 'temperature'?"],
    ['softNearestNeighbor', { learn_temperature: true }, "Did you mean 'learnTemperature'?"],
    ['softNearestNeighbor', { inputshape: [2] }, "Did you mean 'inputShape'?"],
    ['neighborLogSums', { selfOfset: 0 }, "Did you mean 'selfOffset'?"],
    ['balancedBatches', { epochs: 3 }, /got 'epochs'\.$/],
    ['softNearestNeighborLoss', { memory: {} }, 'features of memory to be'],
    ['softNearestNeighborLoss', { memory: null }, 'memory of softNearestNeighborLoss to be an'],
    ['softNearestNeighborLoss', { memory: { feature: x } }, "Did you mean 'features'?"],
    ['softNearestNeighborLoss', { stabilityEpsilon: true }, '0 or greater, but got true'],
    ['softNearestNeighborLoss', { stabilityEpsilon: [0.1] }, 'but got [0.1]'],
    ['softNearestNeighborLoss', { distance: () => 1 }, 'but got function distance'],
    ['neighborEntanglement', { temperature: 10n }, 'but got 10n'],
    ['neighborEntanglement', { blockSize: '8' }, 'integer of at least 1, but got "8"'],
    ['neighborEntanglement', { kernel: Symbol('k') }, "'composed', but got Symbol(k)"],
    ['softNearestNeighbor', { learnTemperature: 'true' }, 'true or false, but got "true"'],
    ['softNearestNeighbor', { temperature: null }, 'but got null'],
    ['softNearestNeighbor', { temperature: tf.ones([2]) }, 'but got a tensor of shape [2]'],
    ['softNearestNeighbor', { inputShape: 4 }, 'an array of sizes'],
    ['softNearestNeighbor', { dtype: 'float64' }, "'float32', 'int32', 'bool'"],
    ['entanglement', { name: '' }, 'a text of at least one character'],
    ['balancedBatches', { seed: undefined }, 'fixes the sequence of batches, but got undefined'],
    ['balancedBatches', { replacement: 1 }, 'true or false, but got 1'],
  ])('%s refuses %o', async (name, options, message) => {
    await expect(call(name, options)).rejects.toThrow(message);
  });

  test('a metric names its options where the layer is none', () => {
    expect(() => entries.entanglement('code' as never)).toThrow('but got "code"');
  });
});

describe('assertOptions', () => {
  interface Sample {
    readonly size: number;
    readonly mode?: 'fast' | 'slow';
    readonly limit?: number | null;
    readonly names?: readonly string[];
  }
  const RULES: OptionRules<Sample> = {
    size: rules.required(rules.integerFrom(1)),
    mode: rules.oneOf(['fast', 'slow']),
    limit: rules.orNull(rules.positive),
    names: rules.arrayOf(rules.text),
  };
  const refusal = (options: unknown) => {
    try {
      assertOptions('sample', options, RULES);
      return undefined;
    } catch (error) {
      return error;
    }
  };

  test('takes what is allowed, and undefined for what may be left out', () => {
    for (const options of [
      { size: 1 },
      { size: 2, mode: undefined, limit: null, names: [] },
      { size: 3, mode: 'slow', limit: 0.5, names: ['a', 'b'] },
    ]) {
      expect(refusal(options)).toBeUndefined();
    }
  });

  test('tells a wrong type from a value that is not allowed', () => {
    expect(refusal({ size: '1' })).toEqual(
      new TypeError('Expected size of sample to be an integer of at least 1, but got "1".'),
    );
    expect(refusal({ size: 0 })).toEqual(
      new RangeError('Expected size of sample to be an integer of at least 1, but got 0.'),
    );
    expect(refusal({})).toEqual(
      new TypeError('Expected size of sample to be an integer of at least 1, but got undefined.'),
    );
    expect(refusal({ size: 1, mode: 'fsat' })).toEqual(
      new RangeError(`Expected mode of sample to be 'fast' or 'slow', but got "fsat".`),
    );
    expect(refusal({ size: 1, names: ['a', 2] })).toEqual(
      new RangeError(
        'Expected names of sample to be an array, each entry a text of at least one character, ' +
          'but got ["a", 2].',
      ),
    );
  });

  test('looks at inherited options, as whoever reads them does', () => {
    expect(refusal(Object.create({ size: 1, mod: 'fast' }))).toEqual(
      new RangeError(
        "Expected the options of sample to be among size, mode, limit, names, but got 'mod'. " +
          "Did you mean 'mode'?",
      ),
    );
    expect(refusal(Object.create({ size: 1 }))).toBeUndefined();
  });

  test('is not fooled by the names of what every object has', () => {
    for (const key of ['constructor', 'toString', '__proto__']) {
      expect(refusal(JSON.parse(`{"size": 1, "${key}": 1}`))).toBeInstanceOf(RangeError);
    }
  });
});

test('values are described by what they are', () => {
  const circular: { self?: object } = {};
  circular.self = circular;
  expect(
    [
      ...['a"b', 3, 3n, null, undefined, Symbol('s'), (x: number) => x, Math.max],
      ...[[1, 'a', [2]], [1, 2, 3, 4, 5, 6], {}, { a: 1, b: 2 }, circular, new Date(0), x],
    ].map(describeValue),
  ).toEqual([
    ...['"a\\"b"', '3', '3n', 'null', 'undefined', 'Symbol(s)', 'a function', 'function max'],
    ...['[1, "a", [...]]', '[1, 2, 3, 4, 5, ...]', '{}', 'an object with a, b'],
    ...['an object with self', 'an object of class Date', 'a tensor of shape [2,2]'],
  ]);
});

test('a positional argument is named by the caller', () => {
  expect(() => assertValue('path of csv', '', rules.text)).toThrow(
    'Expected path of csv to be a text of at least one character, but got "".',
  );
});
