import '@tensorflow/tfjs-backend-cpu';
import {
  describeKernelConformance,
  type KernelAdapter,
  type KernelGradientInputs,
} from '@snnl/reference/conformance';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { buildEmulator, type EmulatorOptions, emulatedKernels } from './emulator';

beforeAll(async () => {
  await tf.setBackend('cpu');
  buildEmulator();
}, 300_000);

/** Several tiles of rows and of candidates, and features that end within a stage. */
const [n, m, d, offset] = [150, 600, 70, 33];

function problem({ forward }: KernelAdapter): KernelGradientInputs {
  const candidates = tf.randomNormal<tf.Rank.R2>([m, d], 5, 1, 'float32', 1);
  const candidateLabels = tf.randomUniform<tf.Rank.R1>([m], 0, 4, 'int32', 2);
  const temperature = tf.scalar(50);
  const all = { candidates, candidateLabels, anchors: candidates, anchorLabels: candidateLabels };
  const references = tf.slice(forward({ ...all, temperature }, 0), [5, 0]);
  const upstream = tf.randomNormal<tf.Rank.R2>([2, m], 0, 1, 'float32', 3);
  const candidateSums = tf.concat2d([references, upstream], 0);
  return {
    ...all,
    temperature,
    anchors: tf.slice(candidates, [offset, 0], [n, d]),
    anchorLabels: tf.slice(candidateLabels, [offset], [n]),
    anchorSums: tf.slice(candidateSums, [0, offset], [6, n]),
    candidateSums,
  };
}

function run(options: EmulatorOptions): Float32Array[] {
  const kernels = emulatedKernels(options);
  const inputs = problem(kernels);
  return [kernels.forward(inputs, offset), kernels.gradient(inputs, offset)].map(
    (tensor) => tensor.dataSync() as Float32Array,
  );
}

test.each(['fp32', 'tensor'] as const)('%s: the order of threads changes no bit', (path) => {
  const [sums, gradient] = run({ path, order: 'forward' });
  expect(sums?.every(Number.isFinite)).toBe(true);
  expect(gradient?.every(Number.isFinite)).toBe(true);
  for (const order of ['backward', 'shuffled'] as const) {
    expect(run({ path, order })).toEqual([sums, gradient]);
  }
});

test.each(['fp32', 'tensor'] as const)('%s: small pieces give the same as large ones', (path) => {
  const whole = run({ path });
  for (const [index, values] of run({ path, order: 'forward' }).entries()) {
    const expected = whole[index] ?? new Float32Array();
    const largest = Math.max(...expected.map(Math.abs));
    for (const [k, value] of values.entries()) {
      expect(Math.abs(value - (expected[k] ?? Number.NaN))).toBeLessThan(2e-6 * largest);
    }
  }
});

/**
 * Sum over all anchors i of the weights that candidate j, as an anchor, gives to its pairs with them.
 * The anchors come in blocks, none at a multiple of a tile. At this scale a distance that is off by
 * its last bit is off by tens of T.
 *
 * In feature 0, which is c for j and 0 for all others, the gradient for x_i is 2 c / T times the weight.
 */
function weightsOfCandidate(kernels: KernelAdapter, [n, d]: [number, number], j: number): number {
  const [c, t] = [1000, 0.1];
  const features = tf.buffer(
    [n, d],
    'float32',
    tf.randomNormal([n, d], 50, c, 'float32', 5).dataSync<'float32'>(),
  );
  for (let i = 0; i < n; i++) features.set(i === j ? c : 0, i, 0);
  const candidates = features.toTensor() as tf.Tensor2D;
  const candidateLabels = tf.zeros<tf.Rank.R1>([n], 'int32');
  const temperature = tf.scalar(t);
  const all = { candidates, candidateLabels, temperature };
  const sums = kernels.forward({ ...all, anchors: candidates, anchorLabels: candidateLabels }, 0);
  const upstream = tf.buffer([2, n], 'float32');
  upstream.set(1, 0, j);
  const candidateSums = tf.concat2d(
    [tf.slice(sums, [5, 0], [4, n]), upstream.toTensor() as tf.Tensor2D],
    0,
  );
  let total = 0;
  for (const [begin, end] of [
    [0, 50],
    [50, 111],
    [111, n],
  ] as const) {
    const size = end - begin;
    const block = {
      ...all,
      anchors: tf.slice(candidates, [begin, 0], [size, d]),
      anchorLabels: tf.slice(candidateLabels, [begin], [size]),
      anchorSums: tf.zeros<tf.Rank.R2>([6, size]),
      candidateSums,
    };
    const gradient = kernels.gradient(block, begin);
    total += tf.sum(tf.slice(gradient, [0, 0], [size, 1])).dataSync()[0] ?? Number.NaN;
  }
  return (total * t) / (2 * c);
}

/**
 * Neighbours h + l and h - l, whose parts of TF32 are h and l: the products of high and low parts
 * cancel but for what rounding leaves of either, h.h has no digits to round, and so its last bit tells
 * which product came first.
 */
test.each(['fp32', 'tensor'] as const)('%s: a distance has the same bits in both roles', (path) => {
  const [pairs, features] = [32, 16];
  const apart = tf.cast(tf.oneHot(tf.scalar(0, 'int32'), features), 'float32');
  const sizes = tf.mul(tf.pow(2, tf.mod(tf.range(0, features), 8)), tf.sub(1, apart));
  const quarters = tf.floor(tf.randomUniform([pairs, features], 4, 8, 'float32', 6));
  const bits = tf.round(tf.randomUniform([pairs, features], -500, 500, 'float32', 7));
  const high = tf.mul(sizes, tf.div(quarters, 4));
  const low = tf.mul(high, tf.mul(bits, 2 ** -23));
  const sides = [
    tf.add(tf.add(high, low), apart),
    tf.sub(tf.sub(high, low), apart),
  ] as tf.Tensor2D[];
  // The mean is 0 to the last bit.
  const anchors = tf.concat2d([...sides, ...sides.map((side) => tf.neg(side))], 0);
  const anchorLabels = tf.zeros<tf.Rank.R1>([4 * pairs], 'int32');
  const same = { candidates: anchors, candidateLabels: anchorLabels, temperature: tf.scalar(1) };
  const sums = emulatedKernels({ path }).forward({ anchors, anchorLabels, ...same }, 0);
  const nearest = sums.dataSync().slice(5 * 4 * pairs, 6 * 4 * pairs);
  expect(nearest.every((distance) => distance > 3.9 && distance < 4.1)).toBe(true);
  expect(nearest.slice(0, pairs)).toEqual(nearest.slice(pairs, 2 * pairs));
});

test.each([
  { path: 'fp32', shape: [300, 70], candidates: [0, 120, 299] },
  { path: 'tensor', shape: [300, 70], candidates: [0, 120, 299] },
  { path: 'fp32', shape: [140, 4500], candidates: [60] },
  { path: 'tensor', shape: [140, 4500], candidates: [60] },
] as const)('$path, $shape: the weights of a candidate sum to 1', (kind) => {
  const kernels = emulatedKernels({ path: kind.path });
  for (const j of kind.candidates) {
    expect(weightsOfCandidate(kernels, [...kind.shape], j)).toBeCloseTo(1, 5);
  }
});

test.each(['fp32', 'tensor'] as const)('%s: a log-sum that is NaN gives no weights', (path) => {
  const kernels = emulatedKernels({ path });
  const inputs = problem(kernels);
  const anchorSums = tf.where(tf.less(tf.range(0, n), 1), Number.NaN, inputs.anchorSums);
  const gradient = kernels.gradient({ ...inputs, anchorSums: anchorSums as tf.Tensor2D }, offset);
  const values = gradient.dataSync();
  expect(values.subarray(0, d).every(Number.isNaN)).toBe(true);
  expect(values.subarray(d).every(Number.isFinite)).toBe(true);
});

test.each([
  [75, 'fp32'],
  [80, 'tensor'],
  [86, 'fp32'],
  [89, 'fp32'],
  [90, 'tensor'],
  [100, 'tensor'],
  [120, 'fp32'],
] as const)('compute capability %i: %s', (capability, path) => {
  expect(run({ path: 'auto', capability })).toEqual(run({ path, capability }));
});

test('a device that is too old is named', () => {
  expect(() => run({ path: 'auto', capability: 70 })).toThrow(/7\.5 or newer: the best has 7\.0/);
});

const tolerance = {
  loss: 2e-6,
  gradient: 1e-5,
  reason: 'beside the rounding that the suite computes for each batch, exponentials of 2 ulp',
};

// The kernels as a device would run them, but for the rounding of its exponential and of its tensor
// cores. One process for each call: few batches. That weights sum to 1 over as many features as have
// sums of several levels is tested above, with 4500.
describeKernelConformance('CUDA, FP32 units, emulated', emulatedKernels({ path: 'fp32' }), {
  tolerance,
  runs: 3,
  skip: /50000.*weights/,
  timeoutMs: 600_000,
});
describeKernelConformance('CUDA, tensor cores, emulated', emulatedKernels({ path: 'tensor' }), {
  tolerance,
  runs: 2,
  skip: /50000.*weights/,
  timeoutMs: 600_000,
});
