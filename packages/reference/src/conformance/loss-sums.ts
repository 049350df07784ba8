import * as tf from '@tensorflow/tfjs-core';
import { at } from '../at.js';
import { toRows } from '../fixtures.js';
import { neighborLogSums } from '../neighbor-log-sums.js';
import { selfProblem } from '../problems.js';
import { integersOf, matrixOf, normal, uniform } from '../random.js';
import type { Matrix } from '../types.js';
import type { CheckContext, ConformanceCheck } from './check.js';
import { expectAllNaN, expectClose, expectEqual } from './compare.js';
import { optionalValues } from './run-kernel.js';

const TEMPERATURE = 0.75;

/** Upstream of the loss: neither 1 nor positive. */
const DY = -0.375;

const group = 'from sums to loss and back';

const ofLoss: readonly ConformanceCheck[] = [true, false].flatMap((mean) =>
  [
    ...[0, 1, 2, 5, 130, 1500].map((n) => ({
      name: `loss of the sums of ${n} anchors, mean ${mean}`,
      run: (context: CheckContext) => verifyLoss(context, sumsOf(classesOf(n)), mean),
    })),
    {
      name: `no loss where no anchor has a partner, mean ${mean}`,
      run: (context: CheckContext) => verifyLoss(context, sumsOf([4, 2, 0, 1, 3]), mean),
    },
    {
      name: `digits that the log-sums have lost, mean ${mean}`,
      run: (context: CheckContext) => {
        const far = 2 ** 40;
        const sums = [-far, -far, 1, 1, 1, far, 2, far, 0.5].map((value) => [value, value]);
        return verifyLoss(context, sums, mean);
      },
    },
    {
      name: `NaN of a lone anchor comes through, mean ${mean}`,
      run: async ({ adapter }: CheckContext) => {
        const sums = sumsOf([0, 1, 1]).map((row, r) => (r === 6 ? [Number.NaN, 1, 1] : row));
        const upload = () => ({ ...upload9(sums), temperature: tf.scalar(TEMPERATURE) });
        const loss = await optionalValues(adapter, 'SnnlReducedLoss', upload, [], { mean });
        expectAllNaN('loss', [...loss]);
      },
    },
  ].map((check) => ({ group, needs: ['SnnlReducedLoss', 'SnnlLossAnchorSums'], ...check })),
);

/** From the sums of a batch to its loss, and to what the gradient of the operation takes. */
export const lossSumsChecks: readonly ConformanceCheck[] = [
  ...ofLoss,
  ...[0, 1, 5, 130, 1500].map(
    (n): ConformanceCheck => ({
      group,
      needs: ['SnnlAnchorSums'],
      name: `references and slopes of ${n} anchors joined`,
      run: async ({ adapter }) => {
        const sums = sumsOf(classesOf(n));
        const next = normal(n);
        const dy = matrixOf(9, n, () => Math.fround(next()));
        const upload = () => ({ ...upload9(sums), dy: tf.tensor2d(dy.flat(), [9, n]) });
        const joined = await optionalValues(adapter, 'SnnlAnchorSums', upload, [6, n]);
        expectEqual(
          'references and slopes',
          [...joined],
          [...sums.slice(5), ...dy.slice(0, 2)].flat(),
        );
      },
    }),
  ),
];

const classesOf = (n: number) => integersOf(n, 1 + Math.ceil(n / 2), uniform(n));

/** Sums `[9][N]` of a batch of these classes, as float32 has them. */
function sumsOf(classes: readonly number[]): number[][] {
  const next = normal(classes.length);
  const features = matrixOf(classes.length, 3, next);
  return neighborLogSums(selfProblem(features, classes, TEMPERATURE)).map((row) =>
    row.map(Math.fround),
  );
}

const upload9 = (sums: Matrix) => ({
  sums: tf.tensor2d(sums.flat(), [9, at(sums, 0).length], 'float32'),
});

/** Equation 3 from the references, in float64, and its slopes. */
async function verifyLoss({ adapter, tolerance }: CheckContext, sums: Matrix, mean: boolean) {
  const n = at(sums, 0).length;
  const [
    ,
    ,
    ,
    ,
    sameCount = [],
    nearestAll = [],
    relativeAll = [],
    nearestSame = [],
    relativeSame = [],
  ] = sums;
  const losses = sameCount.map((count, i) =>
    count === 0
      ? 0
      : at(relativeAll, i) -
        at(relativeSame, i) +
        (at(nearestSame, i) - at(nearestAll, i)) / TEMPERATURE,
  );
  const anchors = sameCount.filter((count) => count > 0).length;
  const divisor = mean ? Math.max(anchors, 1) : 1;
  const total = losses.reduce((sum, loss) => sum + loss, 0);

  const attrs = { mean };
  const forLoss = () => ({ ...upload9(sums), temperature: tf.scalar(TEMPERATURE) });
  const loss = await optionalValues(adapter, 'SnnlReducedLoss', forLoss, [], attrs);
  const rounding = (2 ** -22 * anchors * Math.log(n + 1)) / divisor;
  expectClose('loss', at([...loss], 0), total / divisor, tolerance.loss, rounding);

  const forSlopes = () => ({ ...upload9(sums), dy: tf.scalar(DY) });
  const values = await optionalValues(adapter, 'SnnlLossAnchorSums', forSlopes, [6, n], attrs);
  const [a = [], b = [], ...references] = [4, 5, 0, 1, 2, 3].map((row) =>
    at(toRows(values, 6, n), row),
  );
  expectEqual('references', references.flat(), sums.slice(5).flat());
  for (const [i, count] of sameCount.entries()) {
    const slope = count === 0 ? 0 : DY / divisor;
    expectClose(`dL/dA of anchor ${i}`, at(a, i), slope, 2 ** -22, 0);
    expectClose(`dL/dB of anchor ${i}`, at(b, i), -slope, 2 ** -22, 0);
  }
}
