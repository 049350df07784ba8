import {
  concat,
  customGrad,
  div,
  engine,
  type GradSaveFunc,
  getBackend,
  mul,
  pad,
  reshape,
  type Scalar,
  slice,
  square,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { assertOptions, type OptionRules, rules } from '../options';
import { composedLogSumsGrad } from './composed/gradient';
import { composedLogSums } from './composed/log-sums';
import {
  ANCHOR_SUMS,
  assertKernelInputs,
  MEAN_DISTANCE_ALL,
  NEAREST_ALL,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  type NeighborLogSumsAttrs,
  type NeighborLogSumsInputs,
} from './contract';
import { moveHere } from './host/tensor-io';
import {
  hasKernel,
  type KernelChoice,
  type KernelKind,
  kernelRule,
  resolveKernel,
} from './kernel-choice';

/** Options of {@link neighborLogSums}. */
export interface NeighborLogSumsOptions {
  /**
   * Index of anchor 0 among the candidates: `candidates[selfOffset + i]` is anchor i, and that
   * pair is excluded. -1 (default): the two sets are disjoint. A batch against itself is fastest where
   * features and labels are given as one tensor for both sides. Anchors that are not those
   * candidates, as with a momentum encoder, are a set of their own: pass -1, and leave the sample
   * itself out of the candidates.
   */
  readonly selfOffset?: number;
  /** See {@link KernelChoice}. */
  readonly kernel?: KernelChoice;
}

const RULES: OptionRules<NeighborLogSumsOptions> = {
  // Its range is that of the inputs, and checked with them.
  selfOffset: rules.any<number>('an index'),
  kernel: kernelRule,
};

/** A pass of the operation: its inputs, where the anchors lie, and which kernels run. */
export interface Operation extends NeighborLogSumsAttrs {
  readonly inputs: NeighborLogSumsInputs;
  readonly kind: KernelKind;
}

/** The value of the operation, `[9, N]`. No gradient flows through it. */
export function logSums({ inputs, selfOffset, oneBatch, kind }: Operation): Tensor2D {
  if (kind === 'composed') return composedLogSums(inputs, selfOffset);
  return engine().runKernel(NEIGHBOR_LOG_SUMS, { ...inputs }, { selfOffset, oneBatch }) as Tensor2D;
}

/**
 * The gradient of the operation for the anchors, `[N, D]`: equation 5, in both roles of the anchors
 * where they lie among the candidates.
 *
 * @param anchorSums `[6, N]`, see {@link NeighborLogSumsGradInputs}.
 * @param ofCandidates `[6, M]`, where other candidates are anchors too, elsewhere.
 */
export function anchorGradient(
  { inputs, selfOffset, oneBatch, kind }: Operation,
  anchorSums: Tensor2D,
  ofCandidates?: Tensor2D,
): Tensor2D {
  const n = inputs.anchors.shape[0];
  const m = inputs.candidates.shape[0];
  const candidateSums = ((): Tensor2D => {
    if (ofCandidates !== undefined) return ofCandidates;
    if (selfOffset < 0) return zeros([6, m]);
    if (m === n) return anchorSums;
    return pad(anchorSums, [
      [0, 0],
      [selfOffset, m - n - selfOffset],
    ]);
  })();
  const all = { ...inputs, anchorSums, candidateSums };
  if (kind === 'composed') return composedLogSumsGrad(all, selfOffset);
  const attrs = { selfOffset, oneBatch };
  return engine().runKernel(NEIGHBOR_LOG_SUMS_GRAD, { ...all }, attrs) as Tensor2D;
}

/** Equation 6: dL/dT = (1/T^2) sum_i (a_i E_p[d]_i + b_i E_q[d]_i), from `[6, N]` and `[9, N]`. */
export function temperatureGradient(
  temperature: Tensor,
  anchorSums: Tensor2D,
  sums: Tensor2D,
): Scalar {
  const weighted = mul(slice(anchorSums, 4, 2), slice(sums, MEAN_DISTANCE_ALL, 2));
  return reshape(div(sum(weighted), square(temperature)), []);
}

/** `[6, N]`: the references of A and B, and their upstream gradients, the first two rows of `dy`. */
function joinSums(sums: Tensor2D, dy: Tensor2D, kind: KernelKind): Tensor2D {
  if (hasKernel(ANCHOR_SUMS, kind)) {
    return engine().runKernel(ANCHOR_SUMS, { sums, dy }) as Tensor2D;
  }
  return concat([slice(sums, NEAREST_ALL, 4), slice(dy, 0, 2)], 0);
}

/**
 * Runs `gradient`, whose result must not be differentiated again: it is made from copies that have
 * no way back to the inputs, so that a second derivative would be wrong without a word.
 *
 * @param inputs What the gradient depends on, of the outer tape.
 */
export function differentiableOnce<T extends Tensor>(inputs: Tensor[], gradient: () => T): T {
  if (!engine().isTapeOn()) return tidy(gradient);
  return customGrad(() => ({
    value: gradient(),
    gradFunc: (): Tensor[] => {
      throw new Error(
        'The soft nearest neighbour loss can be differentiated once. Expected no gradient of its ' +
          'gradient, but one was asked for, as by a gradient penalty or a Hessian. Leave the loss ' +
          'out of what is differentiated twice.',
      );
    },
  }))(...inputs) as T;
}

/**
 * Log-sum-exps over the neighbours of each anchor, the one operation behind every loss here.
 *
 * With s_ij = -|x_i - z_j|^2 / T and the pair of a sample with itself excluded, the rows of the
 * result are: logSumAll = log sum_j exp(s_ij); logSumSame, the same over candidates of the
 * anchor's class (0 for an anchor without one, a lone anchor); meanDistanceAll and
 * meanDistanceSame, the mean squared distances under those softmaxes (0 for a lone anchor);
 * sameCount, the number of same-class candidates; and the references of both log-sums: nearestAll,
 * the distance of the nearest candidate, relativeAll = logSumAll + nearestAll / T, nearestSame and
 * relativeSame. An anchor without any candidate has zeros.
 *
 * Gradients flow from the first two rows to the anchors and the temperature, once: a gradient of the
 * gradient throws. Candidates and labels are constants; with `selfOffset` >= 0 the anchors' gradient
 * is that of the whole batch against itself, in both roles. NaN or Infinity in an input comes out as
 * NaN.
 *
 * @returns float32 `[9, N]`; log-sums in nats.
 * @throws Error on shapes or types that do not fit together, and where `kernel` is `fused` and the
 *   backend has no fused kernels.
 * @throws RangeError if the anchors at `selfOffset` do not lie among the candidates, or `kernel` or
 *   an option is unknown.
 * @see docs/math.md eq. 1-6.
 */
export function neighborLogSums(
  inputs: NeighborLogSumsInputs,
  options: NeighborLogSumsOptions = {},
): Tensor2D {
  assertOptions('neighborLogSums', options, RULES);
  const { selfOffset = -1, kernel = 'auto' } = options;
  assertKernelInputs(inputs, selfOffset);
  moveHere(...Object.values(inputs));
  const { anchors, candidates, anchorLabels, candidateLabels, temperature } = inputs;
  const [n, d] = anchors.shape;
  const size = { anchors: n, candidates: candidates.shape[0], features: d };
  const kind = resolveKernel(kernel, getBackend(), size);
  const oneBatch = selfOffset >= 0 && anchors === candidates && anchorLabels === candidateLabels;
  return customGrad((x, t, save) => {
    const value = logSums({ inputs, selfOffset, oneBatch, kind });
    // The tape keeps what the gradient reads until it has run.
    const kept = [x as Tensor, t as Tensor, candidates, anchorLabels, candidateLabels, value];
    (save as GradSaveFunc)(kept);
    return {
      value,
      gradFunc: (dy: Tensor2D, saved: Tensor[]) => {
        const [anchors, temperature, candidates, anchorLabels, candidateLabels, sums] =
          saved as Saved;
        const operation = {
          inputs: { anchors, temperature, candidates, anchorLabels, candidateLabels },
          selfOffset,
          oneBatch,
          kind,
        };
        const once = <T extends Tensor>(gradient: (anchorSums: Tensor2D) => T): T =>
          differentiableOnce([x as Tensor, t as Tensor, dy], () =>
            gradient(joinSums(sums, dy, kind)),
          );
        return [
          once((anchorSums) => anchorGradient(operation, anchorSums)),
          once((anchorSums) => temperatureGradient(temperature, anchorSums, sums)),
        ];
      },
    };
  })(anchors, temperature) as Tensor2D;
}

/** What the tape keeps of a pass. */
type Saved = [Tensor2D, Scalar, Tensor2D, Tensor1D, Tensor1D, Tensor2D];
