import * as tf from '@tensorflow/tfjs';
import { softNearestNeighborLoss, UNIT_ROWS } from 'snnl-layer';

/** What the conformance suite does not see of the kernels of rows of length 1 on a device. */
export interface UnitRowsReport {
  /** Rows of 300,000, more than there may be workgroups for, that are not 1 or -1 as they should. */
  readonly wrongOfMany: number;
  /** Largest error of a length beside 1: of rows cut from a tensor that is on the device, of a product. */
  readonly slice: number;
  readonly product: number;
  /** Kernels that the cosine loss and its gradient ran. */
  readonly kernels: readonly string[];
}

async function unitsOf(x: tf.Tensor2D): Promise<Float32Array> {
  const result = tf.engine().runKernel(UNIT_ROWS, { x }) as tf.Tensor2D;
  const values = await result.data<'float32'>();
  result.dispose();
  return values;
}

/** The largest error of a row of `x / |x|`, in one of its numbers. */
async function largestError(x: tf.Tensor2D): Promise<number> {
  const [values, units, columns] = [await x.data(), await unitsOf(x), x.shape[1]];
  const errors = Array.from({ length: x.shape[0] }, (_, i) => {
    const row = [...values.subarray(i * columns, (i + 1) * columns)];
    const length = Math.hypot(...row);
    return row.map((value, k) => Math.abs((units[i * columns + k] ?? Number.NaN) - value / length));
  });
  return Math.max(...errors.flat());
}

async function wrongOfMany(): Promise<number> {
  const count = 300_000;
  const x = tf.tensor2d(
    Float32Array.from({ length: count }, (_, i) => ((i % 7) + 1) * (i % 3 === 0 ? -1 : 1)),
    [count, 1],
  );
  const units = await unitsOf(x);
  x.dispose();
  return units.filter((unit, i) => unit !== (i % 3 === 0 ? -1 : 1)).length;
}

async function kernelsOfLoss(x: tf.Tensor): Promise<string[]> {
  const loss = (features: tf.Tensor) =>
    softNearestNeighborLoss([0, 0, 0, 1, 1, 1], features) as tf.Scalar;
  const { kernelNames } = await tf.profile(() => tf.grad(loss)(x));
  return kernelNames;
}

export async function unitRowsReport(): Promise<UnitRowsReport> {
  const normal = (seed: number) => tf.randomNormal<tf.Rank.R2>([64, 33], 0, 1, 'float32', seed);
  const [x, y] = [normal(5), normal(6)];
  const product = tf.matMul<tf.Tensor2D>(x, y, false, true);
  return {
    wrongOfMany: await wrongOfMany(),
    product: await largestError(product),
    // On the device by now.
    slice: await largestError(tf.slice(x, [7, 0], [50, 33])),
    kernels: await kernelsOfLoss(tf.slice(x, 0, [6, 33])),
  };
}
