/** |x - z|^2 as the plain sum of squared differences. */
export function squaredDistance(x: readonly number[], z: readonly number[]): number {
  if (x.length !== z.length) {
    throw new RangeError(`Expected vectors of one length, got ${x.length} and ${z.length}.`);
  }
  let sum = 0;
  // The innermost loop of every test: no call, and no entry is missing.
  for (let k = 0; k < x.length; k++) sum += ((x[k] ?? 0) - (z[k] ?? 0)) ** 2;
  return sum;
}
