import type { Matrix } from './types.js';

/** |x - z|^2 as the plain sum of squared differences. */
export function squaredDistance(x: ArrayLike<number>, z: ArrayLike<number>): number {
  if (x.length !== z.length) {
    throw new RangeError(`Expected vectors of one length, got ${x.length} and ${z.length}.`);
  }
  let sum = 0;
  // The innermost loop of every test: no call, and no entry is missing.
  for (let k = 0; k < x.length; k++) sum += ((x[k] ?? 0) - (z[k] ?? 0)) ** 2;
  return sum;
}

/** By anchors, then by candidates: results and their bounds are made of the same distances. */
const known = new WeakMap<Matrix, WeakMap<Matrix, readonly Float64Array[]>>();

/** |x_i - z_j|^2 `[N][M]`. Kept for as long as the rows are, which must not change. */
export function squaredDistances(anchors: Matrix, candidates: Matrix): readonly Float64Array[] {
  const ofAnchors = known.get(anchors) ?? new WeakMap<Matrix, readonly Float64Array[]>();
  known.set(anchors, ofAnchors);
  const found = ofAnchors.get(candidates);
  if (found !== undefined) return found;
  const columns = packed(candidates);
  const distances = packed(anchors).map((x) => {
    const row = new Float64Array(columns.length);
    for (const [j, z] of columns.entries()) row[j] = squaredDistance(x, z);
    return row;
  });
  ofAnchors.set(candidates, distances);
  return distances;
}

/** The rows as the loops over their numbers are fastest. */
export function packed(rows: Matrix): Float64Array[] {
  return rows.map((row) => new Float64Array(row));
}
