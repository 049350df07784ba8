import * as tf from '@tensorflow/tfjs';
import { softNearestNeighborLoss, UNIT_ROWS, UNIT_ROWS_GRAD } from 'snnl-layer';

/** What the two kernels of the current backend give. */
export interface UnitRowsReport {
  /** Of rows of length 5, 0, 1e-30, 1e30 and 4e38, and the gradient for dL/du = (1, 0). */
  readonly units: readonly number[];
  readonly gradient: readonly number[];
  /** Of rows with NaN, infinity, -infinity, and one with neither, dL/du = (1, 1). */
  readonly spoilt: readonly number[];
  readonly spoiltGradient: readonly number[];
  /** Of a row and a zero row with dL/du = (NaN, 0), and a row with (1, 1). */
  readonly spoiltUpstream: readonly number[];
  /** Of no rows, and of rows without features. */
  readonly emptyShapes: readonly (readonly number[])[];
  /** Largest error beside float64, relative to a row's length, by shape. */
  readonly errors: readonly { shape: string; units: number; gradient: number }[];
  /** The same of rows cut from a tensor that is on the device, and of a matrix product. */
  readonly slice: { units: number; gradient: number };
  readonly product: { units: number; gradient: number };
  /** Rows of 300,000, more than there may be workgroups for, that are not 1 or -1 as they should. */
  readonly wrongOfMany: number;
  /** Whether a second run gave the same bits. */
  readonly sameBits: boolean;
  /** Kernels that the cosine loss and its gradient ran. */
  readonly kernels: readonly string[];
}

/** Results of the two kernels, or their errors. */
interface Both<T> {
  readonly units: T;
  readonly gradient: T;
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, k) => sum + value * (b[k] ?? Number.NaN), 0);

const distance = (found: readonly number[], exact: readonly number[]) => {
  const difference = exact.map((value, k) => (found[k] ?? Number.NaN) - value);
  return Math.sqrt(dot(difference, difference));
};

/**
 * The largest error of a row beside float64: of x / |x|, and of (dy - u (u . dy)) / |x| relative to
 * |dy| / |x|.
 */
function largestErrors(
  x: Float32Array,
  dy: Float32Array,
  columns: number,
  { units, gradient }: Both<Float32Array>,
): Both<number> {
  const errors: Both<number>[] = [];
  for (let start = 0; start < x.length; start += columns) {
    const row = (values: Float32Array) => [...values.subarray(start, start + columns)];
    const [features, upstream] = [row(x), row(dy)];
    const length = Math.sqrt(dot(features, features));
    const unit = features.map((value) => value / length);
    const along = dot(unit, upstream);
    const exact = unit.map((u, k) => ((upstream[k] ?? Number.NaN) - u * along) / length);
    errors.push({
      units: distance(row(units), unit),
      gradient: distance(row(gradient), exact) / (Math.sqrt(dot(upstream, upstream)) / length),
    });
  }
  return {
    units: Math.max(...errors.map((error) => error.units)),
    gradient: Math.max(...errors.map((error) => error.gradient)),
  };
}

const run = (name: string, inputs: tf.NamedTensorMap) =>
  tf.engine().runKernel(name, inputs) as tf.Tensor2D;

async function valuesOf(name: string, inputs: tf.NamedTensorMap): Promise<Float32Array> {
  const result = run(name, inputs);
  const values = await result.data<'float32'>();
  result.dispose();
  return values;
}

/** The numbers of both kernels. */
async function both(x: tf.Tensor2D, dy: tf.Tensor2D) {
  return {
    units: await valuesOf(UNIT_ROWS, { x }),
    gradient: await valuesOf(UNIT_ROWS_GRAD, { x, dy }),
  };
}

const normal = (shape: [number, number], seed: number) =>
  tf.randomNormal<tf.Rank.R2>(shape, 0, 1, 'float32', seed);

async function errorsOf(x: tf.Tensor2D) {
  const dy = normal(x.shape, 6);
  const found = await both(x, dy);
  const errors = largestErrors(
    await x.data<'float32'>(),
    await dy.data<'float32'>(),
    x.shape[1],
    found,
  );
  dy.dispose();
  return errors;
}

async function ofShapes() {
  const errors: { shape: string; units: number; gradient: number }[] = [];
  for (const shape of [
    [1, 1],
    [9, 21],
    [70, 130],
    [300, 3],
    [2, 5000],
  ] satisfies [number, number][]) {
    const x = normal(shape, 5);
    errors.push({ shape: shape.join(' x '), ...(await errorsOf(x)) });
    x.dispose();
  }
  return errors;
}

async function wrongOfMany(): Promise<number> {
  const count = 300_000;
  const x = tf.tensor2d(
    Float32Array.from({ length: count }, (_, i) => ((i % 7) + 1) * (i % 3 === 0 ? -1 : 1)),
    [count, 1],
  );
  const units = await valuesOf(UNIT_ROWS, { x });
  x.dispose();
  return units.filter((unit, i) => unit !== (i % 3 === 0 ? -1 : 1)).length;
}

async function kernelsOfLoss(): Promise<string[]> {
  const x = normal([6, 4], 5);
  const loss = (features: tf.Tensor) =>
    softNearestNeighborLoss([0, 0, 0, 1, 1, 1], features as tf.Tensor2D) as tf.Scalar;
  const { kernelNames } = await tf.profile(() => tf.grad(loss)(x));
  x.dispose();
  return kernelNames;
}

export async function unitRowsReport(): Promise<UnitRowsReport> {
  const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY];
  const rows = tf.tensor2d([3, 4, 0, 0, 6e-31, 8e-31, 6e29, -8e29, 2.4e38, 3.2e38], [5, 2]);
  const first = tf.tensor2d([1, 0, 1, 0, 1, 0, 1, 0, 1, 0], [5, 2]);
  const { units, gradient } = await both(rows, first);
  const bad = tf.tensor2d([nan, 1, infinity, 1, 1, -infinity, 0, 2], [4, 2]);
  const spoilt = await both(bad, tf.onesLike(bad));
  const upstream = await both(
    tf.tensor2d([3, 4, 0, 0, 0, 2], [3, 2]),
    tf.tensor2d([nan, 0, nan, 0, 1, 1], [3, 2]),
  );
  const empty = [tf.zeros<tf.Rank.R2>([0, 3]), tf.zeros<tf.Rank.R2>([2, 0])];
  const x = normal([64, 33], 5);
  const dy = normal([64, 33], 6);
  const [once, again] = [await both(x, dy), await both(x, dy)];
  // On the device by now.
  const slice = await errorsOf(tf.slice(x, [7, 0], [50, 33]));
  const product = await errorsOf(tf.matMul(x, dy, false, true));
  return {
    units: [...units],
    gradient: [...gradient],
    spoilt: [...spoilt.units],
    spoiltGradient: [...spoilt.gradient],
    spoiltUpstream: [...upstream.gradient],
    emptyShapes: empty.flatMap((none) => [
      run(UNIT_ROWS, { x: none }).shape,
      run(UNIT_ROWS_GRAD, { x: none, dy: none }).shape,
    ]),
    errors: await ofShapes(),
    ...{ slice, product },
    wrongOfMany: await wrongOfMany(),
    sameBits:
      once.units.every((value, i) => value === again.units[i]) &&
      once.gradient.every((value, i) => value === again.gradient[i]),
    kernels: await kernelsOfLoss(),
  };
}
