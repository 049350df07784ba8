import {
  div,
  log,
  maximum,
  mul,
  type Scalar,
  slice,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { anchorTerms, batchSums } from './anchor-terms';
import { detach } from './detach';
import type { Distance } from './distance';
import { featureRows } from './features';
import type { Temperature } from './temperature';

/** How entangled a batch is. */
export interface Measured {
  /** Mean soft nearest neighbour loss, in nats. */
  readonly loss: Scalar;
  /** The same if all samples were equally far apart, in nats. */
  readonly chance: Scalar;
}

/**
 * Loss and chance level of a batch, both means over the anchors that have a same-class partner.
 * Call it in a tidy.
 *
 * @param labels As for softNearestNeighborLoss.
 * @param features float32 `[batch, ...]`, of which the leading `units` count (null: all).
 * @see docs/math.md eq. 3 and 9.
 */
export function measureBatch(
  labels: Tensor,
  features: Tensor,
  options: { units: number | null; temperature: Temperature; distance: Distance },
): Measured {
  const rows = featureRows(features, 'features');
  const { units, temperature, distance } = options;
  const { logSumAll, logSumSame, hasSame, sameCount, candidates } = anchorTerms(
    batchSums(labels, units === null ? rows : slice(rows, 0, [-1, units]), {
      temperature,
      distance,
      kernel: 'auto',
    }),
  );
  const anchors = detach(() => maximum(sum(hasSame), 1));
  const mean = (values: Tensor): Scalar => div(sum(mul(values, hasSame)), anchors);
  return {
    loss: mean(sub(logSumAll, logSumSame)),
    chance: mean(log(div(Math.max(candidates, 1), maximum(sameCount, 1)))),
  };
}
