import { argMax, reshape, Tensor, type TensorLike, tensor, tidy } from '@tensorflow/tfjs-core';

/** Class ids `[N]` or `[N, 1]`, or one-hot rows `[N, classes]`, as plain class ids. */
export async function classIdsOf(labels: Tensor | TensorLike, samples: number): Promise<number[]> {
  const ids = tidy(() => {
    const given = labels instanceof Tensor ? labels : tensor(labels);
    if (given.shape[0] !== samples || given.shape.length > 2) {
      throw new RangeError(
        `Expected labels of shape [${samples}], [${samples},1] or [${samples},classes], one for ` +
          `each sample, but got [${given.shape}].`,
      );
    }
    const oneHot = given.shape.length === 2 && given.shape[1] !== 1;
    return oneHot ? argMax(given, 1) : reshape(given, [samples]).clone();
  });
  try {
    return Array.from(await ids.data());
  } finally {
    ids.dispose();
  }
}

/** The class ids that occur, in rising order. */
export function distinctIds(...ids: readonly (readonly number[])[]): number[] {
  return [...new Set(ids.flat())].sort((a, b) => a - b);
}

/** Position of each id among `distinct`. */
export function positionsOf(ids: readonly number[], distinct: readonly number[]): number[] {
  const positions = new Map(distinct.map((id, position) => [id, position]));
  return ids.map((id) => positions.get(id) ?? -1);
}
