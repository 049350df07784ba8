/** Uniform numbers in [0, 1) from a 32-bit seed: the mulberry32 generator. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers rounded to float32, by Box and Muller's formula. */
export function normal(seed: number): () => number {
  const next = uniform(seed);
  return () => Math.fround(Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
}

/** `[rows][columns]` of `next()`. */
export function matrixOf(rows: number, columns: number, next: () => number): number[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, next));
}

/** `length` whole numbers in [0, below). */
export function integersOf(length: number, below: number, next: () => number): number[] {
  return Array.from({ length }, () => Math.floor(next() * below));
}

/** The numbers 0 to `length` - 1 in random order. */
export function permutation(length: number, seed: number): number[] {
  const next = uniform(seed);
  return Array.from({ length }, (_, index) => ({ index, key: next() }))
    .sort((left, right) => left.key - right.key)
    .map(({ index }) => index);
}
