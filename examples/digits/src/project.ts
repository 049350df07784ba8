import { randomLcg } from 'd3-random';
import { UMAP } from 'umap-js';
import { type Matrix, toArrays } from './measure/matrix';

export type Point = readonly [x: number, y: number];

/**
 * UMAP to two dimensions, the same for the same seed. Neighbourhoods are kept, as far as they can
 * be; distances and axes have no unit. McInnes, Healy & Melville 2018, arXiv:1802.03426.
 */
export function project(points: Matrix, seed: number): Point[] {
  const neighbors = Math.min(15, points.rows - 1);
  const umap = new UMAP({ random: randomLcg(seed), nNeighbors: neighbors, minDist: 0.1 });
  return umap.fit(toArrays(points)).map(([x = 0, y = 0]): Point => [x, y]);
}
