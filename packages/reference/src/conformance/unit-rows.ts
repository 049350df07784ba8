import * as tf from '@tensorflow/tfjs-core';
import { at } from '../at.js';
import { toRows } from '../fixtures.js';
import { normalize, normalizeGradient } from '../normalize.js';
import { matrixOf, normal } from '../random.js';
import type { Matrix } from '../types.js';
import type { CheckContext, ConformanceCheck } from './check.js';
import { expectAllNaN, expectCloseNorm, expectFinite, norm } from './compare.js';
import { optionalValues } from './run-kernel.js';

const shapes = [
  [1, 1],
  [3, 2],
  [70, 5],
  [65, 33],
  [9, 130],
  [300, 17],
  [7, 2100],
] as const;

/** Rows scaled to length 1, and the gradient of that. */
export const unitRowsChecks: readonly ConformanceCheck[] = [
  ...shapes.map(([n, d]) => ({
    name: `${n} rows of ${d} features scaled to length 1, and back`,
    run: (context: CheckContext) => verifyUnitRows(context, drawn(n, d)),
  })),
  ...[1e-30, 1e-18, 1e-6, 1e6, 1e18, 1e30].map((size) => ({
    name: `rows ${size} long among others scaled to length 1, and back`,
    run: (context: CheckContext) =>
      verifyUnitRows(
        context,
        drawn(41, 19).map((row, i) => (i % 2 ? row : row.map((x) => Math.fround(x * size)))),
      ),
  })),
  {
    name: 'rows of zeros stay, without a gradient',
    run: (context: CheckContext) =>
      verifyUnitRows(
        context,
        drawn(40, 19).map((row, i) => (i % 9 === 0 ? row.map(() => 0) : row)),
      ),
  },
  ...[Number.NaN, Infinity, -Infinity].map((value) => ({
    name: `a row with a feature ${value} is NaN, alone`,
    run: async (context: CheckContext) => {
      const clean = drawn(40, 19);
      const rows = clean.map((row, i) => (i === 7 ? [...row.slice(0, 18), value] : row));
      const { units, gradient } = await runUnitRows(context, rows);
      expectNaNRows('rows', units, [7]);
      expectNaNRows('gradient', gradient, [7]);
    },
  })),
  {
    name: 'a gradient NaN makes that row NaN, alone, zeros too',
    run: async (context: CheckContext) => {
      const rows = drawn(40, 19).map((row, i) => (i === 7 ? row.map(() => 0) : row));
      const dy = upstreamOf(rows).map((row, i) =>
        i === 7 || i === 9 ? [Number.NaN, ...row.slice(1)] : row,
      );
      const { gradient } = await runUnitRows(context, rows, dy);
      expectNaNRows('gradient', gradient, [7, 9]);
    },
  },
  {
    name: 'no row to scale, and rows of nothing',
    run: async (context: CheckContext) => {
      await verifyUnitRows(context, []);
      await verifyUnitRows(context, [[], []]);
    },
  },
].map((check) => ({
  group: 'rows of length 1',
  needs: ['SnnlUnitRows', 'SnnlUnitRowsGrad'] as const,
  ...check,
}));

function expectNaNRows(what: string, rows: Matrix, spoilt: readonly number[]): void {
  for (const [i, row] of rows.entries()) {
    if (spoilt.includes(i)) expectAllNaN(`${what}, row ${i}`, row);
    else expectFinite(`${what}, row ${i}`, row);
  }
}

const drawn = (n: number, d: number, seed = n * 1000 + d): number[][] => {
  const next = normal(seed);
  return matrixOf(n, d, () => Math.fround(next()));
};

/** The gradient of the scaled rows, by which they are multiplied. */
const upstreamOf = (rows: Matrix): number[][] => drawn(rows.length, rows[0]?.length ?? 3, 77);

async function runUnitRows({ adapter }: CheckContext, rows: Matrix, dy = upstreamOf(rows)) {
  const shape: [number, number] = [rows.length, rows[0]?.length ?? 3];
  const tensor = (values: Matrix) => tf.tensor2d(values.flat(), shape, 'float32');
  const x = () => ({ x: tensor(rows) });
  const back = () => ({ ...x(), dy: tensor(dy) });
  const units = await optionalValues(adapter, 'SnnlUnitRows', x, shape);
  const gradient = await optionalValues(adapter, 'SnnlUnitRowsGrad', back, shape);
  return { units: toRows(units, ...shape), gradient: toRows(gradient, ...shape) };
}

/** Holds each row and its gradient against float64: short rows have large gradients. */
async function verifyUnitRows(context: CheckContext, rows: Matrix): Promise<void> {
  const { tolerance } = context;
  const { units, gradient } = await runUnitRows(context, rows);
  const upstream = upstreamOf(rows);
  for (const [i, row] of rows.entries()) {
    const dy = at(upstream, i);
    expectCloseNorm(`row ${i}`, [at(units, i)], [normalize(row)], tolerance.loss, 2 ** -22);
    const length = norm(row);
    const rounding = length === 0 ? 0 : (2 ** -21 * norm(dy)) / length;
    const wanted = [normalizeGradient(row, dy)];
    expectCloseNorm(
      `gradient of row ${i}`,
      [at(gradient, i)],
      wanted,
      tolerance.gradient,
      rounding,
    );
  }
}
