/** `table[cluster][class]`: how many samples are in both. */
export function contingency(
  clusters: ArrayLike<number>,
  classes: ArrayLike<number>,
): readonly (readonly number[])[] {
  const size = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((most, value) => Math.max(most, value + 1), 0);
  const [rows, columns] = [size(clusters), size(classes)];
  const table = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  for (let i = 0; i < clusters.length; i += 1) {
    const row = table[clusters[i] as number] as number[];
    const column = classes[i] as number;
    row[column] = (row[column] as number) + 1;
  }
  return table;
}
