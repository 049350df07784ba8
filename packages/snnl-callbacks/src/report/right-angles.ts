/**
 * Entanglement ratio of equally frequent classes that lie at right angles, in cosine distance: what
 * classes that are apart come to at a temperature, and the least that features without negative
 * numbers, such as those of relu units, can reach.
 *
 * log(1 + (K - 1) exp(-1 / T)) / log K, the distances being 0 within a class and 1 between two.
 *
 * @param classes K, at least 2.
 * @param temperature T > 0.
 */
export function ratioAtRightAngles(classes: number, temperature: number): number {
  return Math.log1p((classes - 1) * Math.exp(-1 / temperature)) / Math.log(classes);
}
