import {
  add,
  cast,
  concat,
  div,
  engine,
  equal,
  exp,
  greater,
  log,
  maximum,
  mul,
  neg,
  reshape,
  type Scalar,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { labelMask } from '../operation/composed/labelled';
import {
  LOG_SUM_ALL,
  LOG_SUM_SAME,
  LOSS_ANCHOR_SUMS,
  NEAREST_ALL,
  NEAREST_SAME,
  REDUCED_LOSS,
  RELATIVE_ALL,
  RELATIVE_SAME,
  SAME_COUNT,
} from '../operation/contract';
import { hasKernel, type KernelKind } from '../operation/kernel-choice';

/** `mean` over anchors that have a same-class candidate, their `sum`, or `none`: one per anchor. */
export type Reduction = 'mean' | 'sum' | 'none';

/**
 * A loss as a function of the sums of its anchors `[9, N]`: its value for each anchor in nats, and its
 * slopes dL/dA and dL/dB.
 */
interface AnchorLoss {
  values(sums: Tensor2D, anchors: Anchors): Tensor1D;
  slopes(sums: Tensor2D): [ofAll: Tensor1D, ofSame: Tensor1D];
  /** 1 for anchors that a mean is over, else 0. */
  counted(sums: Tensor2D, ids: Tensor1D): Tensor1D;
}

/** What a loss takes beside the sums. */
interface Anchors {
  /** int32 `[N]` */
  readonly ids: Tensor1D;
  readonly temperature: Scalar;
  /** float32 `[N]`, 0 or greater; all 1 where there are none. */
  readonly weights?: Tensor1D | undefined;
}

const row = (sums: Tensor2D, index: number): Tensor1D =>
  reshape(slice(sums, [index, 0], [1, -1]), [sums.shape[1]]);

/** 1 where an anchor has a same-class candidate, 0 for a lone anchor. */
const hasSame = (sums: Tensor2D): Tensor1D =>
  cast(greater<Tensor1D>(row(sums, SAME_COUNT), 0), 'float32');

/** What sums over anchors are divided by for a mean: how many count, or their weights together; not 0. */
function total(counted: Tensor1D, weights: Tensor1D | undefined): Tensor {
  if (weights === undefined) return maximum(sum(counted), 1);
  const all = sum(mul(counted, weights));
  return add(all, cast(equal(all, 0), 'float32'));
}

/** Equation 3, over the anchors that are not lone. */
const exactLoss: AnchorLoss = {
  values(sums, { temperature }) {
    const relative = sub(row(sums, RELATIVE_ALL), row(sums, RELATIVE_SAME));
    const apart = sub(row(sums, NEAREST_SAME), row(sums, NEAREST_ALL));
    // Multiplying, not selecting, lets the NaN of a lone anchor through.
    return mul(add(relative, div(apart, temperature)), hasSame(sums));
  },
  slopes(sums) {
    const counted = hasSame(sums);
    return [counted, neg(counted)];
  },
  counted: hasSame,
};

/** -log(exp(B) / (exp(A) + eps) + eps), over all anchors that have a label. */
function stabilizedLoss(epsilon: number): AnchorLoss {
  const parts = (sums: Tensor2D) => {
    const all = exp(row(sums, LOG_SUM_ALL));
    const same = mul(exp(row(sums, LOG_SUM_SAME)), hasSame(sums));
    const share = div<Tensor1D>(same, add(all, epsilon));
    return { all, share };
  };
  return {
    values: (sums, { ids }) =>
      mul(neg(log(add<Tensor1D>(parts(sums).share, epsilon))), labelMask(ids)),
    slopes(sums) {
      const { all, share } = parts(sums);
      const ofSame = neg(div<Tensor1D>(share, add(share, epsilon)));
      // Without a label, B is 0 in the sums, and so is the share.
      return [mul(neg(ofSame), div(all, add(all, epsilon))), ofSame];
    },
    counted: (_, ids) => labelMask(ids),
  };
}

/** How the sums of a batch become its loss, and the gradient of that what the operation takes. */
export interface LossOfSums {
  value(sums: Tensor2D, anchors: Anchors): Tensor;
  /** `[6, N]`, from the gradient of the value. */
  anchorSums(sums: Tensor2D, dy: Tensor, anchors: Anchors): Tensor2D;
}

function composedLoss(loss: AnchorLoss, reduction: Reduction): LossOfSums {
  const weighted = <T extends Tensor>(values: T, { weights }: Anchors): T =>
    weights === undefined ? values : mul(values, weights);
  const share = (sums: Tensor2D, values: Tensor, { ids, weights }: Anchors) =>
    reduction === 'mean' ? div(values, total(loss.counted(sums, ids), weights)) : values;
  return {
    value(sums, anchors) {
      const values = weighted(loss.values(sums, anchors), anchors);
      return reduction === 'none' ? values : share(sums, sum(values), anchors);
    },
    anchorSums(sums, dy, anchors) {
      const n = sums.shape[1];
      const upstream = weighted(share(sums, dy, anchors), anchors);
      const slopes = loss.slopes(sums).map((slope) => reshape(mul(slope, upstream), [1, n]));
      return concat([slice(sums, [NEAREST_ALL, 0], [4, n]), ...slopes] as Tensor2D[], 0);
    },
  };
}

function fusedLoss(reduction: Reduction): LossOfSums {
  const attrs = { mean: reduction === 'mean' };
  return {
    value: (sums, { temperature }) =>
      engine().runKernel(REDUCED_LOSS, { sums, temperature }, attrs) as Scalar,
    anchorSums: (sums, dy) => engine().runKernel(LOSS_ANCHOR_SUMS, { sums, dy }, attrs) as Tensor2D,
  };
}

/** @param isWeighted Whether anchors have weights, of which the kernels know nothing. */
export function lossOfSums(
  reduction: Reduction,
  epsilon: number,
  kind: KernelKind,
  isWeighted: boolean,
): LossOfSums {
  if (epsilon > 0) return composedLoss(stabilizedLoss(epsilon), reduction);
  const isFused = reduction !== 'none' && !isWeighted && hasKernel(REDUCED_LOSS, kind);
  if (isFused) return fusedLoss(reduction);
  return composedLoss(exactLoss, reduction);
}

/**
 * The loss if all samples were equally far apart, equation 9: a mean over anchors, in nats.
 *
 * @param samples How many have a label, those of a memory too.
 */
export function chanceOf(
  sums: Tensor2D,
  samples: number | Tensor,
  weights: Tensor1D | undefined,
): Scalar {
  const sameCount = maximum(row(sums, SAME_COUNT), 1);
  const chances = log(div(maximum(sub(samples, 1), 1), sameCount));
  const counted = hasSame(sums);
  const all = mul(chances, counted);
  return div(sum(weights === undefined ? all : mul(all, weights)), total(counted, weights));
}
