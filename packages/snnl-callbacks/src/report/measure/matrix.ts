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

/**
 * The rows scaled to length 1, whose squared Euclidean distances are twice the cosine distances of the
 * rows given (docs/math.md eq. 7). Rows of zeros stay as they are.
 */
export function unitRows({ rows, columns, data }: Matrix): Matrix {
  const unit = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    const [begin, end] = [row * columns, (row + 1) * columns];
    let square = 0;
    for (let i = begin; i < end; i += 1) square += (data[i] as number) ** 2;
    const length = Math.sqrt(square) || 1;
    for (let i = begin; i < end; i += 1) unit[i] = (data[i] as number) / length;
  }
  return { rows, columns, data: unit };
}
