import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import {
  type KernelChoice,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  softNearestNeighbor,
  softNearestNeighborLoss,
  UNIT_ROWS,
  withTargetLabels,
} from 'snnl-layer';
import { checkEqualDistances } from '../../src/webgl/check';
import { tooLarge } from '../../src/webgl/points';
import { bytesOnDevice, peakBytesOf } from './backend';
import { countDraws } from './steps';

export interface EdgesReport {
  /** Longest side of a texture, 4 features a texel. */
  readonly maxSide: number;
  /** What both kernels say of rows that are a feature too long, and what they have done by then. */
  readonly declined: {
    readonly fits: readonly [longest: boolean, longer: boolean];
    readonly errors: readonly string[];
    readonly draws: number;
    readonly bytes: number;
    /** Losses of the longer rows by 'composed' and, twice, by 'auto'; what the console then said. */
    readonly losses: readonly number[];
    readonly warnings: readonly string[];
    /** What 'fused' says. */
    readonly refusal: string;
    /** Losses of two steps of a convolution in front of so many features, by 'auto' and 'composed'. */
    readonly steps: readonly (readonly number[])[];
  };
  /** Relative errors of the nearest distances over the longest rows, differences all the same. */
  readonly constantDifferences: readonly number[];
  /** Losses and gradients of the unit square at other scales, and among far points. */
  readonly squares: readonly {
    readonly name: string;
    readonly loss: number;
    readonly gradient: number[];
  }[];
  /** Loss of 1, -1, 0.9 and -0.9 times 1e18 and 1.5e19 at a temperature of 1e6. */
  readonly huge: readonly number[];
  /** Loss of an empty batch, the shape of its gradient, and shapes that the kernels give. */
  readonly empty: { readonly loss: number; readonly shapes: readonly (readonly number[])[] };
}

const SQUARE = [0, 0, 1, 0, 0, 1, 1, 1];
const squared = { distance: 'squaredEuclidean', kernel: 'fused' } as const;

/** The inputs of both kernels for a batch of one class against itself. */
function inputsOf(
  rows: number,
  columns: number,
  temperature: number,
  value: (i: number) => number,
) {
  const values = Float32Array.from({ length: rows * columns }, (_, at) =>
    value(Math.floor(at / columns)),
  );
  const anchors = tf.tensor2d(values, [rows, columns]);
  const labels = tf.zeros<tf.Rank.R1>([rows], 'int32');
  const sums = tf.zeros<tf.Rank.R2>([6, rows]);
  return {
    ...{ anchors, candidates: anchors, anchorLabels: labels, candidateLabels: labels },
    ...{ temperature: tf.scalar(temperature), anchorSums: sums, candidateSums: sums },
  };
}

const run = (kernel: string, inputs: tf.NamedTensorMap) =>
  tf.engine().runKernel(kernel, inputs, { selfOffset: 0 }) as tf.Tensor2D;

/** Losses of two training steps of a convolution whose outputs, too many for a texture, are measured. */
async function convolutionSteps(maxSide: number, kernel: KernelChoice): Promise<number[]> {
  const side = Math.ceil(Math.sqrt(maxSide)) + 1;
  const convolution = { filters: 4, kernelSize: 1, inputShape: [side, side, 1] };
  const model = sequential({
    layers: [
      layers.conv2d({
        ...convolution,
        kernelInitializer: initializers.glorotUniform({ seed: 1 }),
      }),
      softNearestNeighbor({ kernel }),
      layers.flatten(),
      layers.dense({ units: 2, kernelInitializer: 'zeros' }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: withTargetLabels('meanSquaredError') });
  const x = tf.randomNormal([4, side, side, 1], 0, 1, 'float32', 3);
  const y = tf.tensor2d([1, 0, 1, 0, 0, 1, 0, 1], [4, 2]);
  const losses = [await model.trainOnBatch(x, y), await model.trainOnBatch(x, y)].map(Number);
  model.optimizer.dispose();
  model.dispose();
  tf.dispose([x, y]);
  return losses;
}

async function declined(maxSide: number): Promise<EdgesReport['declined']> {
  const longest = 4 * maxSide;
  const inputs = inputsOf(3, longest + 1, 1, (i) => i);
  const before = bytesOnDevice();
  const errors: string[] = [];
  const draws = countDraws(() => {
    for (const kernel of [NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD]) {
      try {
        run(kernel, inputs);
      } catch (error) {
        errors.push(String(error));
      }
    }
  });
  const bytes = bytesOnDevice() - before;
  const fits = (columns: number) => tooLarge(3, columns, maxSide) === undefined;
  const lossBy = (kernel: KernelChoice) =>
    softNearestNeighborLoss([0, 0, 1], inputs.anchors, {
      ...{ distance: 'squaredEuclidean', temperature: longest, kernel },
    }).dataSync<'float32'>()[0] as number;
  const warnings: string[] = [];
  const warn = console.warn;
  console.warn = (text: string) => warnings.push(text);
  const losses = (['composed', 'auto', 'auto'] as const).map(lossBy);
  console.warn = warn;
  const steps = [
    await convolutionSteps(maxSide, 'auto'),
    await convolutionSteps(maxSide, 'composed'),
  ];
  let refusal = '';
  try {
    lossBy('fused');
  } catch (error) {
    refusal = String(error);
  }
  tf.dispose(Object.values(inputs));
  const both = [fits(longest), fits(longest + 1)] as const;
  return { fits: both, errors, draws, bytes, losses, warnings, refusal, steps };
}

async function constantDifferences(columns: number): Promise<number[]> {
  const values = [0, 0.3, 0.5].map(Math.fround);
  const inputs = inputsOf(3, columns, 0.09 * columns, (i) => values[i] ?? Number.NaN);
  const sums = run(NEIGHBOR_LOG_SUMS, inputs);
  const nearest = (await sums.data()).slice(15, 18);
  tf.dispose([sums, ...Object.values(inputs)]);
  const [a = 0, b = 0, c = 0] = values;
  const exact = [(b - a) ** 2, (c - b) ** 2, (c - b) ** 2].map((square) => columns * square);
  return exact.map((distance, i) => Math.abs((nearest[i] ?? Number.NaN) / distance - 1));
}

/** Loss and gradient, times `scale`, of the unit square with its classes on opposite edges. */
async function square(
  name: string,
  { scale = 1, offset = 0, temperature = 1, far = [] as number[] },
): Promise<EdgesReport['squares'][number]> {
  const features = tf.tensor2d(
    SQUARE.map((value) => offset + scale * value),
    [4, 2],
  );
  const memory =
    far.length === 0
      ? {}
      : { memory: { features: far.map((x) => [x, x]), labels: far.map(() => 0) } };
  const loss = (x: tf.Tensor): tf.Scalar =>
    softNearestNeighborLoss([0, 0, 1, 1], x, { ...squared, temperature, ...memory });
  const { value, grad } = tf.valueAndGrad(loss)(features);
  const [number = Number.NaN] = await value.data();
  const gradient = Array.from(await grad.data(), (component) => component * scale);
  tf.dispose([features, value, grad]);
  return { name, loss: number, gradient };
}

async function huge(size: number): Promise<number> {
  const features = tf.tensor2d([size, -size, 0.9 * size, -0.9 * size], [4, 1]);
  const value = softNearestNeighborLoss([0, 0, 1, 1], features, { ...squared, temperature: 1e6 });
  const [loss = Number.NaN] = await value.data();
  tf.dispose([features, value]);
  return loss;
}

async function empty(): Promise<EdgesReport['empty']> {
  const none = tf.zeros<tf.Rank.R2>([0, 3]);
  const loss = (x: tf.Tensor): tf.Scalar => softNearestNeighborLoss([], x, { kernel: 'fused' });
  const { value, grad } = tf.valueAndGrad(loss)(none);
  const inputs = inputsOf(0, 3, 1, () => 0);
  const results = [NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD].map((kernel) => run(kernel, inputs));
  results.push(tf.engine().runKernel(UNIT_ROWS, { x: none }) as tf.Tensor2D);
  const [number = Number.NaN] = await value.data();
  const shapes = [grad, ...results].map(({ shape }) => shape);
  tf.dispose([none, value, grad, ...results, ...Object.values(inputs)]);
  return { loss: number, shapes };
}

export async function edges(): Promise<EdgesReport> {
  const backend = tf.backend();
  if (!(backend instanceof MathBackendWebGL)) throw new Error('Expected the webgl backend.');
  const maxSide = tf.env().getNumber('WEBGL_MAX_TEXTURE_SIZE');
  // Throws where the bits differ.
  await checkEqualDistances(backend, 4 * maxSide);
  return {
    maxSide,
    declined: await declined(maxSide),
    constantDifferences: await constantDifferences(4 * maxSide),
    squares: [
      await square('of side 1e18', { scale: 1e18, temperature: 1e36 }),
      await square('of side 2^-60', { scale: 2 ** -60, temperature: 2 ** -120 }),
      await square('at 2^20, side 1', { offset: 2 ** 20 }),
      await square('at 1000, memory at -1000', { offset: 1000, far: [-1000, -1001] }),
      await square('beside one point at 1e12', { far: [1e12] }),
    ],
    huge: [await huge(1e18), await huge(1.5e19)],
    empty: await empty(),
  };
}

/** For 16384 samples of 64 features, whose N x N matrix would take 1 GiB. */
export function peakBytes(): Promise<number> {
  return peakBytesOf(async () => {
    const n = 16384;
    const labels = tf.tensor1d(
      Int32Array.from({ length: n }, (_, i) => i % 10),
      'int32',
    );
    const features = tf.randomNormal<tf.Rank.R2>([n, 64], 0, 1, 'float32', 7);
    const loss = (x: tf.Tensor) =>
      softNearestNeighborLoss(labels, x, {
        temperature: 16,
        distance: 'squaredEuclidean',
        kernel: 'fused',
      });
    const { value, grad } = tf.valueAndGrad(loss)(features);
    const [mean = Number.NaN] = await value.data();
    const gradient = await grad.data();
    if (!Number.isFinite(mean) || gradient.includes(Number.NaN)) {
      throw new Error(`Expected a finite loss and gradient, got ${mean}.`);
    }
    tf.dispose([labels, features, value, grad]);
  });
}
