import { randomLcg } from 'd3-random';
import { PCA } from 'ml-pca';
import { UMAP } from 'umap-js';
import { type Matrix, takeRows, toArrays } from './matrix';

/** A sample in two dimensions. */
export type Point = readonly [x: number, y: number];

/**
 * UMAP to two dimensions, the same for the same seed. Neighbourhoods are kept, as far as they can
 * be; distances and axes have no unit. The event loop turns meanwhile.
 *
 * @see McInnes, Healy & Melville 2018, arXiv:1802.03426.
 */
export async function umap(points: Matrix, seed: number): Promise<Point[]> {
  const neighbors = Math.min(15, points.rows - 1);
  const layout = new UMAP({ random: randomLcg(seed), nNeighbors: neighbors, minDist: 0.1 });
  return (await layout.fitAsync(toArrays(points))).map(([x = 0, y = 0]): Point => [x, y]);
}

/** Points from which the principal directions are found: more take minutes, and turn them little. */
const FITTED = 300;

/** Points in the plane of their two principal components. */
export interface PrincipalPlane {
  readonly points: Point[];
  /** Share of the variance along each axis. */
  readonly explained: readonly [number, number];
}

/** Projection onto the two principal components, whose directions are found from up to 300 points. */
export function principalPlane(points: Matrix): PrincipalPlane {
  const rows = toArrays(points);
  const step = Math.max(1, points.rows / FITTED);
  const spread = Array.from({ length: Math.min(points.rows, FITTED) }, (_, i) =>
    Math.floor(i * step),
  );
  const model = new PCA(toArrays(takeRows(points, spread)));
  const plane = model.predict(rows, { nComponents: Math.min(2, points.columns, spread.length) });
  const projected = plane.to2DArray().map(([x = 0, y = 0]): Point => [x, y]);
  const total = rows[0]?.map((_, column) => variance(rows.map((row) => row[column] ?? 0))) ?? [];
  const whole = total.reduce((sum, value) => sum + value, 0);
  const share = (axis: 0 | 1): number =>
    whole === 0 ? 0 : variance(projected.map((point) => point[axis])) / whole;
  return { points: projected, explained: [share(0), share(1)] };
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** Positions of the first samples of each class, at most `count` in all and as equal as can be. */
export function balancedSubset(labels: ArrayLike<number>, count: number): number[] {
  const byClass = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i] as number;
    const positions = byClass.get(label) ?? [];
    positions.push(i);
    byClass.set(label, positions);
  }
  // Small classes are taken whole, and leave their share to the others.
  const smallestFirst = [...byClass.values()].sort((a, b) => a.length - b.length);
  const taken: number[] = [];
  smallestFirst.forEach((positions, done) => {
    const share = Math.floor((count - taken.length) / (smallestFirst.length - done));
    taken.push(...positions.slice(0, share));
  });
  return taken.sort((a, b) => a - b);
}
