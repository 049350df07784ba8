/** Results of the two kernels, or their errors. */
interface Both<T> {
  readonly units: T;
  readonly gradient: T;
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, k) => sum + value * (b[k] ?? Number.NaN), 0);

const distance = (found: readonly number[], exact: readonly number[]) => {
  const difference = exact.map((value, k) => (found[k] ?? Number.NaN) - value);
  return Math.sqrt(dot(difference, difference));
};

/**
 * The largest error of a row beside float64: of x / |x|, and of (dy - u (u . dy)) / |x| relative to
 * |dy| / |x|.
 */
export function largestErrors(
  x: Float32Array,
  dy: Float32Array,
  columns: number,
  { units, gradient }: Both<Float32Array>,
): Both<number> {
  const errors: Both<number>[] = [];
  for (let start = 0; start < x.length; start += columns) {
    const row = (values: Float32Array) => [...values.subarray(start, start + columns)];
    const [features, upstream] = [row(x), row(dy)];
    const length = Math.sqrt(dot(features, features));
    const unit = features.map((value) => value / length);
    const along = dot(unit, upstream);
    const exact = unit.map((u, k) => ((upstream[k] ?? Number.NaN) - u * along) / length);
    errors.push({
      units: distance(row(units), unit),
      gradient: distance(row(gradient), exact) / (Math.sqrt(dot(upstream, upstream)) / length),
    });
  }
  return {
    units: Math.max(...errors.map((error) => error.units)),
    gradient: Math.max(...errors.map((error) => error.gradient)),
  };
}
