import { at } from './at.js';
import { neighborLogSums } from './neighbor-log-sums.js';
import { neighborLogSumsGrad } from './neighbor-log-sums-grad.js';
import { normalize, normalizeGradient } from './normalize.js';
import { isLabelled } from './pairs.js';
import type { Matrix, NeighborProblem, SumsWithUpstream } from './types.js';
import { meanLoss, stabilizedMeanLoss } from './upstream.js';

export type Distance = 'cosine' | 'squaredEuclidean';

export interface LossProblem {
  /** Class ids `[N]`; `MISSING_LABEL` for none. */
  readonly labels: readonly number[];
  /** `[N, D]` */
  readonly features: Matrix;
  readonly temperature: number;
  readonly distance: Distance;
  /** Above 0: the value of the circulated code, see {@link stabilizedMeanLoss}. */
  readonly stabilityEpsilon?: number;
}

export interface LossAndGradients {
  /** Mean over the valid anchors, in nats. */
  readonly loss: number;
  readonly anchorLosses: number[];
  /** Same-class candidates of each anchor. */
  readonly positives: number[];
  /** Anchors with at least one of them. */
  readonly validAnchors: number;
  readonly featureGradient: number[][];
  readonly temperatureGradient: number;
}

/**
 * Soft nearest neighbour loss of a batch against itself, with both gradients, in float64.
 *
 * Cosine distance at T is squared Euclidean on normalised features at 2T (docs/math.md, eq. 7).
 */
export function softNearestNeighborLoss(problem: LossProblem): LossAndGradients {
  const { labels, features, temperature, distance, stabilityEpsilon = 0 } = problem;
  const cosine = distance === 'cosine';
  const points = cosine ? features.map(normalize) : features;
  const kernel: NeighborProblem = {
    anchors: points,
    candidates: points,
    anchorLabels: labels,
    candidateLabels: labels,
    temperature: cosine ? 2 * temperature : temperature,
    selfOffset: 0,
  };
  const sums = neighborLogSums(kernel);
  const [, , meanDistanceAll, meanDistanceSame, positives, ...references] = sums;
  const { loss, anchorLosses, upstreamAll, upstreamSame } =
    stabilityEpsilon > 0
      ? stabilizedMeanLoss(sums, stabilityEpsilon, labels.map(isLabelled))
      : meanLoss(sums);

  const ownSums: SumsWithUpstream = [...references, upstreamAll, upstreamSame];
  const pointGradient = neighborLogSumsGrad({
    ...kernel,
    anchorSums: ownSums,
    candidateSums: ownSums,
  });
  let kernelTemperatureGradient = 0;
  for (const [i, a] of upstreamAll.entries()) {
    kernelTemperatureGradient +=
      (a * at(meanDistanceAll, i) + at(upstreamSame, i) * at(meanDistanceSame, i)) /
      kernel.temperature ** 2;
  }
  return {
    loss,
    anchorLosses,
    positives,
    validAnchors: positives.filter((count) => count > 0).length,
    featureGradient: cosine
      ? features.map((row, i) =>
          isLabelled(at(labels, i))
            ? normalizeGradient(row, at(pointGradient, i))
            : row.map(() => 0),
        )
      : pointGradient,
    temperatureGradient: (cosine ? 2 : 1) * kernelTemperatureGradient,
  };
}
