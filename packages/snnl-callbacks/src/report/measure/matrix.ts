/** Points as rows of float32 numbers. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, `[rows, columns]`. */
  readonly data: Float32Array;
}

export function matrix(data: Float32Array, columns: number): Matrix {
  return { rows: data.length / columns, columns, data };
}

/** Each row as a plain array, as libraries want them. */
export function toArrays({ rows, columns, data }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns)),
  );
}

export function takeRows({ columns, data }: Matrix, indices: readonly number[]): Matrix {
  const taken = new Float32Array(indices.length * columns);
  for (const [to, from] of indices.entries()) {
    taken.set(data.subarray(from * columns, (from + 1) * columns), to * columns);
  }
  return { rows: indices.length, columns, data: taken };
}
