import type { PlacedJob, PlacedSide } from './place';
import type { Problem } from './problem';
import type { Runtime } from './runtime';
import type { Side } from './sides';

/**
 * Puts the mean candidate where the job wants it (equation 8). False if it is not finite, for then
 * a candidate is not; points are then not moved.
 */
export function centre(runtime: Runtime, { m, d }: Problem, placed: PlacedJob): boolean {
  const { floats } = runtime.views();
  const first = placed.center / 4;
  const padded = Math.ceil(d / 8) * 8;
  floats.fill(0, first, first + padded);
  if (m === 0) return true;
  runtime.kernels.mean(placed.others.raw, m, d, placed.meanScratch, placed.center);
  if (floats.subarray(first, first + d).every(Number.isFinite)) return true;
  floats.fill(0, first, first + padded);
  return false;
}

/** Whether packing met a row that is not finite, or whose squared norm is too large. */
export function hasBadRow(words: Int32Array, { padded }: Side, { bad }: PlacedSide): boolean {
  return words.subarray(bad / 4, bad / 4 + padded).includes(1);
}
