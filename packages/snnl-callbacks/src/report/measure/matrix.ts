/** Points as rows of float32 numbers. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, `[rows, columns]`. */
  readonly data: Float32Array;
}

/** Row-major numbers as rows of `columns`; nothing is copied. */
export function matrix(data: Float32Array, columns: number): Matrix {
  return { rows: data.length / columns, columns, data };
}

/** Each row as a plain array, as libraries want them. */
export function toArrays({ rows, columns, data }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns)),
  );
}

/** A copy of the rows at `indices`, in that order. */
export function takeRows({ columns, data }: Matrix, indices: readonly number[]): Matrix {
  const taken = new Float32Array(indices.length * columns);
  for (const [to, from] of indices.entries()) {
    taken.set(data.subarray(from * columns, (from + 1) * columns), to * columns);
  }
  return { rows: indices.length, columns, data: taken };
}
