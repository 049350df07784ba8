import {
  concat,
  customGrad,
  div,
  engine,
  type GradSaveFunc,
  getBackend,
  getGradient,
  getKernel,
  mul,
  pad,
  registerGradient,
  reshape,
  slice,
  square,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { composedLogSumsGrad } from './composed/gradient';
import { composedLogSums } from './composed/log-sums';
import { detach } from './detach';
import { moveHere } from './host/tensor-io';
import { type KernelChoice, resolveKernel } from './kernel-choice';
import {
  assertKernelInputs,
  type NeighborLogSumsGradInputs,
  type NeighborLogSumsInputs,
} from './kernel-inputs';
import { ANCHOR_SUMS, NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from './kernel-names';

/** Options of {@link neighborLogSums}. */
export interface NeighborLogSumsOptions {
  /**
   * Index of anchor 0 among the candidates: `candidates[selfOffset + i]` is anchor i, and that
   * pair is excluded. -1 (default): the two sets are disjoint.
   */
  readonly selfOffset?: number;
  /** See {@link KernelChoice}. */
  readonly kernel?: KernelChoice;
}

/** `[4, N]`: A, B and their upstream gradients. */
const joinSums = (sums: Tensor2D, dy: Tensor2D): Tensor2D =>
  concat([slice(sums, 0, 2), slice(dy, 0, 2)], 0);

/** The gradient function of the operation, given how to run its gradient kernel. */
function inputGradients(
  dy: Tensor2D,
  inputs: NeighborLogSumsInputs,
  sums: Tensor2D,
  selfOffset: number,
  runGrad: (inputs: NeighborLogSumsGradInputs) => Tensor2D,
  join: (sums: Tensor2D, dy: Tensor2D) => Tensor2D = joinSums,
) {
  return {
    anchors: (): Tensor2D =>
      tidy(() => {
        const n = inputs.anchors.shape[0];
        const m = inputs.candidates.shape[0];
        const anchorSums = join(sums, dy);
        const candidateSums = ((): Tensor2D => {
          if (selfOffset < 0) return zeros([4, m]);
          // One tensor for both tells a kernel that the weights of pairs are symmetric.
          if (m === n) return anchorSums;
          return pad(anchorSums, [
            [0, 0],
            [selfOffset, m - n - selfOffset],
          ]);
        })();
        return runGrad({ ...inputs, anchorSums, candidateSums });
      }),
    // Equation 6: dL/dT = (1/T^2) sum_i (a_i E_p[d]_i + b_i E_q[d]_i).
    temperature: (): Tensor =>
      tidy(() => {
        const weighted = mul(slice(dy, 0, 2), slice(sums, 2, 2));
        return reshape(div(sum(weighted), square(inputs.temperature)), inputs.temperature.shape);
      }),
  };
}

const runAnchorSums = (sums: Tensor2D, dy: Tensor2D): Tensor2D =>
  engine().runKernel(ANCHOR_SUMS, { sums, dy }) as Tensor2D;

const runFused = (kernel: string, inputs: object, selfOffset: number): Tensor2D =>
  engine().runKernel(kernel, { ...inputs }, { selfOffset }) as Tensor2D;

/** Lets `engine().runKernel` differentiate the kernel of any backend. Done once, on first use. */
function ensureGradient(): void {
  if (getGradient(NEIGHBOR_LOG_SUMS) != null) return;
  registerGradient({
    kernelName: NEIGHBOR_LOG_SUMS,
    inputsToSave: ['anchors', 'candidates', 'anchorLabels', 'candidateLabels', 'temperature'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [anchors, candidates, anchorLabels, candidateLabels, temperature, sums] = saved;
      const inputs = {
        anchors,
        candidates,
        anchorLabels,
        candidateLabels,
        temperature,
      } as NeighborLogSumsInputs;
      const selfOffset = attrs.selfOffset as number;
      return inputGradients(
        dy as Tensor2D,
        inputs,
        sums as Tensor2D,
        selfOffset,
        (gradInputs) => runFused(NEIGHBOR_LOG_SUMS_GRAD, gradInputs, selfOffset),
        getKernel(ANCHOR_SUMS, getBackend()) == null ? joinSums : runAnchorSums,
      );
    },
  });
}

function runComposed(inputs: NeighborLogSumsInputs, selfOffset: number): Tensor2D {
  const { anchors, temperature, candidates, anchorLabels, candidateLabels } = inputs;
  return customGrad((x, t, save) => {
    const value = composedLogSums(inputs, selfOffset);
    // The tape keeps what the gradient reads until it has run.
    (save as GradSaveFunc)([
      x as Tensor,
      t as Tensor,
      candidates,
      anchorLabels,
      candidateLabels,
      value,
    ]);
    return {
      value,
      gradFunc: (dy: Tensor2D, saved: Tensor[]) => {
        const kept = {
          anchors: saved[0],
          temperature: saved[1],
          candidates: saved[2],
          anchorLabels: saved[3],
          candidateLabels: saved[4],
        } as NeighborLogSumsInputs;
        const gradients = inputGradients(dy, kept, saved[5] as Tensor2D, selfOffset, (gradInputs) =>
          composedLogSumsGrad(gradInputs, selfOffset),
        );
        return [gradients.anchors(), gradients.temperature()];
      },
    };
  })(anchors, temperature) as Tensor2D;
}

/**
 * Log-sum-exps over the neighbours of each anchor, the one operation behind every loss here.
 *
 * With s_ij = -|x_i - z_j|^2 / T and the pair of a sample with itself excluded, the rows of the
 * result are: logSumAll = log sum_j exp(s_ij); logSumSame, the same over candidates of the
 * anchor's class (0 for an anchor without one, a lone anchor); meanDistanceAll and
 * meanDistanceSame, the mean squared distances under those softmaxes (0 for a lone anchor);
 * sameCount, the number of same-class candidates. An anchor without any candidate has zeros.
 *
 * Gradients flow from the first two rows to the anchors and the temperature. Candidates and
 * labels are constants; with `selfOffset` >= 0 the anchors' gradient is that of the whole batch
 * against itself, in both roles. NaN or Infinity in an input comes out as NaN.
 *
 * @returns float32 `[5, N]`; log-sums in nats.
 * @throws Error on shapes or types that do not fit together, and where `kernel` is `fused` and the
 *   backend has no fused kernels.
 * @throws RangeError if the anchors at `selfOffset` do not lie among the candidates, or `kernel` is
 *   unknown.
 * @see docs/math.md eq. 1-6.
 */
export function neighborLogSums(
  inputs: NeighborLogSumsInputs,
  { selfOffset = -1, kernel = 'auto' }: NeighborLogSumsOptions = {},
): Tensor2D {
  assertKernelInputs(inputs, selfOffset);
  moveHere(...Object.values(inputs));
  const constant = {
    ...inputs,
    candidates: detach(() => inputs.candidates.clone()),
    anchorLabels: detach(() => inputs.anchorLabels.clone()),
    candidateLabels: detach(() => inputs.candidateLabels.clone()),
  };
  if (resolveKernel(kernel, getBackend()) === 'composed') return runComposed(constant, selfOffset);
  ensureGradient();
  return runFused(NEIGHBOR_LOG_SUMS, constant, selfOffset);
}
