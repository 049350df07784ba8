/** A problem of two sets; without candidates, of a batch against itself. */
export interface Float64Problem {
  readonly features: readonly (readonly number[])[];
  readonly labels: readonly number[];
  /** Further samples beside the batch, or with `apart` instead of it. */
  readonly others?: readonly (readonly number[])[];
  readonly otherLabels?: readonly number[];
  readonly apart?: boolean;
  readonly weights?: readonly number[];
  readonly temperature: number;
  readonly distance: 'cosine' | 'squaredEuclidean';
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, k) => sum + x * (b[k] ?? Number.NaN), 0);

/** Mean loss sum w_i loss_i / sum w_i by its definition in float64, for small and moderate distances. */
export function float64Loss(problem: Float64Problem): number {
  const { features, labels, others = [], otherLabels = [], apart = false, distance } = problem;
  const apartOf = (a: readonly number[], b: readonly number[]) =>
    distance === 'cosine'
      ? 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
      : dot(a, a) + dot(b, b) - 2 * dot(a, b);
  const candidates = apart ? others : [...features, ...others];
  const candidateLabels = apart ? otherLabels : [...labels, ...otherLabels];
  let loss = 0;
  let total = 0;
  for (const [i, x] of features.entries()) {
    let [all, same] = [0, 0];
    for (const [j, z] of candidates.entries()) {
      if (!apart && j === i) continue;
      const share = Math.exp(-apartOf(x, z) / problem.temperature);
      all += share;
      if (candidateLabels[j] === labels[i]) same += share;
    }
    if (same === 0) continue;
    const weight = problem.weights?.[i] ?? 1;
    loss += weight * Math.log(all / same);
    total += weight;
  }
  return total === 0 ? 0 : loss / total;
}

/** Its gradient for the rows that `of` names, by central differences: relative error below 1e-8. */
export function float64Gradient(
  problem: Float64Problem,
  of: 'features' | 'others' = 'features',
): number[] {
  const step = 1e-5;
  return (problem[of] ?? []).flatMap((row, i) =>
    row.map((_, k) => {
      const [up, down] = [step, -step].map((by) => {
        const moved = (problem[of] ?? []).map((one) => [...one]);
        (moved[i] as number[])[k] = (row[k] as number) + by;
        return float64Loss({ ...problem, [of]: moved });
      }) as [number, number];
      return (up - down) / (2 * step);
    }),
  );
}
