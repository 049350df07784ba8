import { at } from './at.js';
import type { NeighborLogSums } from './types.js';

/** A function of A and B, with what its gradient needs. */
export interface LossOfSums {
  readonly loss: number;
  /** `[N]`; 0 where an anchor has no loss. */
  readonly anchorLosses: number[];
  /** dL/dA `[N]` */
  readonly upstreamAll: number[];
  /** dL/dB `[N]` */
  readonly upstreamSame: number[];
}

/** Mean of A - B over the anchors that have a partner (docs/math.md, eq. 3). */
export function meanLoss(sums: NeighborLogSums): LossOfSums {
  const [logSumAll, logSumSame, , , sameCount] = sums;
  const valid = sameCount.filter((count) => count > 0).length;
  const anchorLosses = sameCount.map((count, i) =>
    count > 0 ? at(logSumAll, i) - at(logSumSame, i) : 0,
  );
  return {
    loss: valid === 0 ? 0 : total(anchorLosses) / valid,
    anchorLosses,
    upstreamAll: sameCount.map((count) => (count > 0 ? 1 / valid : 0)),
    upstreamSame: sameCount.map((count) => (count > 0 ? -1 / valid : 0)),
  };
}

/**
 * Mean over all anchors of -log(exp(B) / (exp(A) + eps) + eps): the value of the circulated code,
 * without its float32 residue. A lone anchor's exp(B) is 0 there; `labelled` says which are anchors.
 */
export function stabilizedMeanLoss(
  sums: NeighborLogSums,
  epsilon: number,
  labelled: readonly boolean[] = at(sums, 4).map(() => true),
): LossOfSums {
  const [logSumAll, logSumSame, , , sameCount] = sums;
  const n = labelled.filter(Boolean).length;
  const anchorLosses: number[] = [];
  const upstreamAll: number[] = [];
  const upstreamSame: number[] = [];
  for (const [i, count] of sameCount.entries()) {
    if (!at(labelled, i)) {
      for (const list of [anchorLosses, upstreamAll, upstreamSame]) list.push(0);
      continue;
    }
    const all = Math.exp(at(logSumAll, i));
    const same = count > 0 ? Math.exp(at(logSumSame, i)) : 0;
    const ratio = same / (all + epsilon);
    anchorLosses.push(-Math.log(ratio + epsilon));
    upstreamSame.push(-ratio / (ratio + epsilon) / n);
    upstreamAll.push(((ratio / (ratio + epsilon)) * (all / (all + epsilon))) / n);
  }
  return { loss: n === 0 ? 0 : total(anchorLosses) / n, anchorLosses, upstreamAll, upstreamSame };
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
