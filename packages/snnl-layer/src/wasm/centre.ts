import type { PlacedJob } from './place';
import type { Problem } from './problem';
import type { Runtime } from './runtime';
import type { Sides } from './sides';

/**
 * Puts the mean candidate where the job wants it (equation 8). False if it is not finite, for then
 * a candidate is not.
 */
export function centre(runtime: Runtime, { m, d }: Problem, placed: PlacedJob): boolean {
  const { floats } = runtime.views();
  const first = placed.center / 4;
  const padded = Math.ceil(d / 8) * 8;
  floats.fill(0, first, first + padded);
  if (m === 0) return true;
  runtime.kernels.mean(placed.others.raw, m, d, placed.meanScratch, placed.center);
  return floats.subarray(first, first + d).every(Number.isFinite);
}

/** Whether packing met a candidate that is not finite, or whose squared norm overflows. */
export function hasBadCandidate(words: Int32Array, sides: Sides, placed: PlacedJob): boolean {
  const bad = (address: number, padded: number) =>
    words.subarray(address / 4, address / 4 + padded).includes(1);
  if (bad(placed.others.bad, sides.others.padded)) return true;
  return sides.symmetric && bad(placed.anchors.bad, sides.anchors.padded);
}
