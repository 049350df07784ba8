import { at } from './at.js';

/** x / |x|; the zero vector stays zero. */
export function normalize(row: readonly number[]): number[] {
  const norm = Math.hypot(...row);
  return row.map((value) => (norm === 0 ? 0 : value / norm));
}

/**
 * Gradient for `row`, from the gradient for `normalize(row)`.
 *
 * With u = x / |x|: dL/dx = (g - u (u . g)) / |x|; zero for the zero vector.
 */
export function normalizeGradient(row: readonly number[], upstream: readonly number[]): number[] {
  const norm = Math.hypot(...row);
  if (norm === 0) return row.map(() => 0);
  const unit = normalize(row);
  let radial = 0;
  for (let k = 0; k < unit.length; k++) radial += at(unit, k) * at(upstream, k);
  return unit.map((u, k) => (at(upstream, k) - u * radial) / norm);
}
