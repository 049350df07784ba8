import type { Distance } from 'snnl-layer';
import type { Pass, Size } from './options';

/** The plain formulation is not run where it would need more. */
const LIMIT_BYTES = 4e9;

/**
 * Matrices of N x N float32 that the plain formulation holds at its peak on the wasm backend (the
 * cpu backend: up to a third fewer), as measured; plain-limit.test.ts checks them.
 */
export const PLAIN_MATRICES: Record<Distance, Record<Pass, number>> = {
  cosine: { forward: 11.3, 'forward+backward': 24.5 },
  squaredEuclidean: { forward: 14.3, 'forward+backward': 30.5 },
};

/** About how many bytes the plain formulation needs at its peak. */
export function plainBytes({ n }: Size, distance: Distance, pass: Pass): number {
  return PLAIN_MATRICES[distance][pass] * 4 * n * n;
}

/** Why the plain formulation is not run at this size, or null where it is. */
export function plainSkipReason(size: Size, distance: Distance, pass: Pass): string | null {
  const bytes = plainBytes(size, distance, pass);
  if (bytes <= LIMIT_BYTES) return null;
  const gigabytes = (value: number) => `${(value / 1e9).toFixed(1)} GB`;
  return (
    `${size.n}x${size.d} ${distance}, ${pass}: the plain formulation would hold about ` +
    `${gigabytes(bytes)} of N x N matrices; the limit here is ${gigabytes(LIMIT_BYTES)}.`
  );
}
