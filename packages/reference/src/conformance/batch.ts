import * as tf from '@tensorflow/tfjs-core';
import { at } from '../at.js';
import { toRows } from '../fixtures.js';
import { isLabelled } from '../pairs.js';
import { integersOf, matrixOf, normal, uniform } from '../random.js';
import { softNearestNeighborLoss } from '../soft-nearest-neighbor-loss.js';
import type { Matrix } from '../types.js';
import type { CheckContext, ConformanceCheck } from './check.js';
import { expectAllNaN, expectClose, expectCloseNorm, expectEqual, norm } from './compare.js';
import { withoutLabels } from './missing-labels.js';
import { runOptional } from './run-kernel.js';

interface Shape {
  readonly n: number;
  readonly d: number;
  readonly cosine: boolean;
  /** Of the distance; squared Euclidean: as a multiple of D and the square of `size`. */
  readonly temperature?: number;
  readonly classes?: number;
  /** Deviation of the features around `offset`. */
  readonly size?: number;
  readonly offset?: number;
  readonly mean?: boolean;
}

const distances = [true, false];

const shapes: readonly Shape[] = distances.flatMap((cosine): Shape[] => [
  ...[1, 2, 3, 31, 64, 81, 97, 160, 257, 512, 513, 600].map((n) => ({ n, d: 19, cosine })),
  ...[1, 2, 5, 31, 33, 130, 513, 2100].map((d) => ({ n: 70, d, cosine })),
  { n: 140, d: 9, cosine, classes: 1 },
  { n: 140, d: 9, cosine, classes: 100 },
  { n: 140, d: 9, cosine, classes: 1000 },
  { n: 140, d: 9, cosine, temperature: 0.05 },
  { n: 140, d: 9, cosine, temperature: 1e4 },
  { n: 140, d: 65, cosine, mean: false },
  { n: 140, d: 65, cosine, offset: 1 },
  { n: 70, d: 33, cosine, size: 1e-6 },
  { n: 70, d: 33, cosine, size: 1e6 },
]);

/** The loss of a whole batch, from its features, and the gradient for these. */
export const batchChecks: readonly ConformanceCheck[] = [
  ...shapes.map((shape) => ({
    name: `loss, sums and gradient: ${JSON.stringify(shape)}`,
    run: (context: CheckContext) => verifyBatch(context, shape, drawn(shape), labelsOf(shape)),
  })),
  ...[1e-30, 1e-18, 1e18, 1e30].map((size) => ({
    name: `rows ${size} long have the cosine distances of others`,
    run: (context: CheckContext) => {
      const shape = { n: 41, d: 19, cosine: true };
      const rows = drawn(shape).map((row, i) =>
        i % 2 ? row : row.map((x) => Math.fround(x * size)),
      );
      return verifyBatch(context, shape, rows, labelsOf(shape));
    },
  })),
  {
    name: 'rows of zeros have no direction, and no gradient',
    run: (context: CheckContext) => {
      const shape = { n: 100, d: 19, cosine: true };
      const rows = drawn(shape).map((row, i) => (i % 9 === 0 ? row.map(() => 0) : row));
      return verifyBatch(context, shape, rows, labelsOf(shape));
    },
  },
  ...distances.flatMap((cosine) =>
    [
      { n: 90, every: 0 },
      { n: 90, every: 3 },
      { n: 600, every: 10 },
    ].flatMap(({ n, every }) =>
      [undefined, Number.NaN].map((value) => ({
        name: `one sample in ${every} of ${n} has a label, the others ${value}, ${cosine ? 'cosine' : 'squared Euclidean'}`,
        run: (context: CheckContext) => {
          const shape = { n, d: 133, cosine };
          const has = (index: number) => every > 0 && index % every === 1;
          const rows = drawn(shape).map((row, i) =>
            value === undefined || has(i) ? row : [value, ...row.slice(1)],
          );
          return verifyBatch(context, shape, rows, withoutLabels(labelsOf(shape), has));
        },
      })),
    ),
  ),
  ...distances.flatMap((cosine) => [
    ...[Number.NaN, Infinity].map((value) => ({
      name: `a feature ${value} makes all NaN, ${cosine ? 'cosine' : 'squared Euclidean'}`,
      run: async (context: CheckContext) => {
        const shape = { n: 90, d: 35, cosine };
        const rows = drawn(shape).map((row, i) => (i === 70 ? [...row.slice(0, 34), value] : row));
        expectAllNaN(
          'loss and gradient',
          allOf(await runBatch(context, shape, rows, labelsOf(shape))),
        );
      },
    })),
    {
      name: `temperature NaN makes all NaN, ${cosine ? 'cosine' : 'squared Euclidean'}`,
      run: async (context: CheckContext) => {
        const shape = { n: 90, d: 35, cosine, temperature: Number.NaN };
        const result = await runBatch(context, shape, drawn(shape), labelsOf(shape));
        expectAllNaN('loss and gradient', allOf(result));
      },
    },
    {
      name: `the same bits on every run, also after other work, ${cosine ? 'cosine' : 'squared Euclidean'}`,
      run: async (context: CheckContext) => {
        const shape = { n: 300, d: 300, cosine };
        const other = { n: 90, d: 35, cosine };
        const [rows, labels] = [drawn(shape), labelsOf(shape)];
        const first = allOf(await runBatch(context, shape, rows, labels));
        for (let rerun = 1; rerun <= 4; rerun++) {
          if (rerun % 2 === 0) await runBatch(context, other, drawn(other), labelsOf(other));
          const again = allOf(await runBatch(context, shape, rows, labels));
          expectEqual(`rerun ${rerun}`, again, first);
        }
      },
    },
  ]),
].map((check) => ({
  group: 'the loss of a whole batch',
  needs: ['SnnlBatchLoss', 'SnnlBatchLossGrad'] as const,
  ...check,
}));

function drawn({ n, d, size = 1, offset = 0 }: Shape): Matrix {
  const next = normal(n * 1000 + d);
  return matrixOf(n, d, () => Math.fround(offset + size * next()));
}

const labelsOf = ({ n, d, classes = 7 }: Shape) => integersOf(n, classes, uniform(n + d));

/** As float32 has it. */
function temperatureOf({ d, cosine, size = 1, temperature = cosine ? 0.3 : 1 }: Shape): number {
  return Math.fround(cosine ? temperature : temperature * d * size * size);
}

interface BatchResult {
  readonly loss: number;
  readonly sums: Matrix;
  readonly gradient: Matrix;
}

const allOf = ({ loss, gradient }: BatchResult): number[] => [loss, ...gradient.flat()];

/** Upstream of the loss: neither 1 nor positive. */
const DY = -0.375;

async function runBatch(
  { adapter }: CheckContext,
  shape: Shape,
  rows: Matrix,
  labels: readonly number[],
): Promise<BatchResult> {
  const { n, d, cosine, mean = true } = shape;
  const before = tf.memory().numTensors;
  const inputs = {
    features: tf.tensor2d(rows.flat(), [n, d], 'float32'),
    labels: tf.tensor1d([...labels], 'int32'),
    temperature: tf.scalar(temperatureOf(shape) * (cosine ? 2 : 1)),
  };
  const dy = tf.scalar(DY);
  const attrs = { cosine, mean };
  const given = runOptional(adapter, 'SnnlBatchLoss', inputs, attrs);
  const kept = { sums: at(given, 1), ...(given[2] && { residual: given[2] }) };
  const all = { ...inputs, ...kept, dy };
  const gradient = at(runOptional(adapter, 'SnnlBatchLossGrad', all, attrs), 0);
  const shapes = [...given.slice(0, 2), gradient].map((tensor) => `[${tensor.shape.join(', ')}]`);
  const [loss, sums, ofFeatures] = await Promise.all(
    [at(given, 0), at(given, 1), gradient].map((tensor) => tensor.data<'float32'>()),
  );
  tf.dispose([...Object.values(inputs), dy, ...given, gradient]);
  const expected = `[], [9, ${n}], [${n}, ${d}]`;
  if (shapes.join(', ') !== expected) {
    throw new Error(`Expected tensors ${expected}, got ${shapes.join(', ')}.`);
  }
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`Expected no tensor left behind, got ${left} more than before.`);
  return {
    loss: at(loss ?? [], 0),
    sums: toRows(sums ?? new Float32Array(), 9, n),
    gradient: toRows(ofFeatures ?? new Float32Array(), n, d),
  };
}

/** Holds loss, count of partners, and gradient against the float64 oracle. */
async function verifyBatch(
  context: CheckContext,
  shape: Shape,
  rows: Matrix,
  labels: readonly number[],
): Promise<void> {
  const { tolerance } = context;
  const got = await runBatch(context, shape, rows, labels);
  const oracle = softNearestNeighborLoss({
    labels,
    features: rows,
    temperature: temperatureOf(shape),
    distance: shape.cosine ? 'cosine' : 'squaredEuclidean',
  });
  const count = shape.mean === false ? Math.max(oracle.validAnchors, 1) : 1;
  expectEqual('sameCount', at(got.sums, 4), oracle.positives);
  // A loss is a difference of log-sums, which may be much larger.
  const size = Math.max(...oracle.anchorLosses.map(Math.abs), Math.log(Math.max(shape.n, 2)));
  expectClose(
    'loss',
    got.loss,
    count * oracle.loss,
    tolerance.loss,
    4 * tolerance.loss * size * count,
  );
  // What the parts of a gradient may come to before they cancel out: rounding is of that size.
  const temperature = temperatureOf(shape);
  const part = (4 * Math.abs(DY) * count) / Math.max(oracle.validAnchors, 1) / temperature;
  const parts = rows.map((row, i) => {
    const length = isLabelled(at(labels, i)) ? Math.hypot(...row) : 0;
    return [shape.cosine ? (length === 0 ? 0 : part / length) : part * length];
  });
  const wanted = oracle.featureGradient.map((row) => row.map((value) => DY * count * value));
  for (const [kind, lengths] of [
    ['long', [1e-3, Infinity]],
    ['short', [0, 1e-3]],
  ] as const) {
    // Short rows have large gradients, beside which the others would not be seen.
    const mine = (_: unknown, i: number) => {
      const length = isLabelled(at(labels, i)) ? Math.hypot(...at(rows, i)) : 1;
      return shape.cosine ? length >= lengths[0] && length < lengths[1] : kind === 'long';
    };
    expectCloseNorm(
      `gradient of ${kind} rows`,
      got.gradient.filter(mine),
      wanted.filter(mine),
      2 * tolerance.gradient,
      2 ** -21 * norm(parts.filter(mine).flat()),
    );
  }
}
