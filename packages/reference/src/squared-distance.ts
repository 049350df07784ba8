import { at } from './at.js';

/** |x - z|^2 as the plain sum of squared differences. */
export function squaredDistance(x: readonly number[], z: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) {
    const difference = at(x, k) - at(z, k);
    sum += difference * difference;
  }
  return sum;
}
