import {
  customGrad,
  type GradSaveFunc,
  getBackend,
  mul,
  type Scalar,
  scalar,
  Tensor,
  type Tensor1D,
  type Tensor2D,
  type TensorLike,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';
import { ofLabelled } from '../operation/composed/labelled';
import { type KernelKind, resolveKernel } from '../operation/kernel-choice';
import {
  anchorGradient,
  differentiableOnce,
  logSums,
  type Operation,
  temperatureGradient,
} from '../operation/neighbor-log-sums';
import { type BatchLossOptions, type Memory, memoryRows } from './batch-options';
import {
  embed,
  embedGradient,
  embedTemperature,
  temperatureFactor,
  temperatureScalar,
} from './distance';
import { featureRows } from './features';
import type { Labels } from './label-values';
import { batchIds } from './labels';
import { lossOfSums } from './loss-of-sums';

/**
 * The loss of a batch whose candidates are another set, with gradients to both: the operation forwards,
 * and backwards once from each side.
 *
 * @param references The candidates: features `[M, ...]`, as wide as those of the batch, with labels.
 * @returns Scalar, or `[batch]` where `reduction` is `none`; in nats.
 * @throws Error if labels, features and references do not fit together.
 * @see docs/math.md eq. 3, 5 and 6.
 */
export function crossLoss(
  labels: Labels,
  features: Tensor | TensorLike,
  references: Memory,
  options: BatchLossOptions,
): Tensor {
  const { temperature, distance, reduction, epsilon, kernel, ignoreClass } = options;
  const rows = featureRows(features, 'features');
  const others = memoryRows(references, rows.shape[1], 'references');
  const [n, d] = rows.shape;
  const [m] = others.shape;
  const kinds = [[n, m] as const, [m, n] as const].map(([anchors, candidates]) =>
    resolveKernel(kernel, getBackend(), { anchors, candidates, features: d }),
  );
  const kind: KernelKind = kinds.includes('composed') ? 'composed' : 'fused';
  const form = lossOfSums(reduction, epsilon, kind, options.weights !== undefined);
  const learned = temperature instanceof Tensor ? [temperatureScalar(temperature)] : [];
  return customGrad((...args) => {
    const [x, z] = args as unknown as [Tensor2D, Tensor2D];
    const save = args.at(-1) as GradSaveFunc;
    if (n === 0 || m === 0) {
      return {
        value: reduction !== 'none' ? scalar(0) : n === 0 ? tensor1d([], 'float32') : zeros([n]),
        gradFunc: () => [x, z, ...learned].map((input) => zeros(input.shape)),
      };
    }
    const both = { labels: references.labels, samples: m, name: 'references.labels' };
    const { ids, memoryIds, poison } = batchIds(labels, n, both, kind, undefined, ignoreClass);
    const otherIds = memoryIds as Tensor1D;
    const t = embedTemperature(learned[0] ?? temperature, distance, poison);
    const anchors = embed(x, distance, kind).clone();
    const candidates = embed(z, distance, kind).clone();
    const operation = (kept: Sets): Operation => {
      const [anchors, candidates, anchorLabels, candidateLabels, temperature] = kept;
      const inputs = { anchors, candidates, anchorLabels, candidateLabels, temperature };
      return { inputs, selfOffset: -1, oneBatch: false, kind };
    };
    const sets: Sets = [anchors, candidates, ids, otherIds, t];
    const sums = logSums(operation(sets));
    const weights = options.weights?.();
    const value = form.value(sums, { ids, temperature: t, weights });
    save([...sets, sums, x, z, ...(weights ? [weights] : [])]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const sets = saved.slice(0, 5) as Sets;
      const [sums, x, z, weights] = saved.slice(5) as [Tensor2D, Tensor2D, Tensor2D, Tensor1D?];
      const once = (gradient: (anchorSums: Tensor2D) => Tensor) =>
        differentiableOnce([...(args.slice(0, -1) as Tensor[]), dy], () =>
          gradient(form.anchorSums(sums, dy, { ids: sets[2], temperature: sets[4], weights })),
        );
      const back = (rows: Tensor2D, labels: Tensor1D, gradient: Tensor2D) => {
        const ofRows = embedGradient(rows, gradient, distance, kind);
        return ignoreClass === undefined ? ofRows : ofLabelled(labels, ofRows);
      };
      // Seen from the candidates, which have no loss of their own: equation 5 with the roles exchanged.
      const fromCandidates = (anchorSums: Tensor2D) => {
        const [anchors, candidates, anchorLabels, candidateLabels, temperature] = sets;
        const swapped = {
          ...{ anchors: candidates, anchorLabels: candidateLabels, temperature },
          ...{ candidates: anchors, candidateLabels: anchorLabels },
        };
        const operation = { inputs: swapped, selfOffset: -1, oneBatch: false, kind };
        return anchorGradient(operation, zeros([6, candidates.shape[0]]), anchorSums);
      };
      const ofTemperature = () =>
        once((a) => mul(temperatureGradient(sets[4], a, sums), temperatureFactor(distance)));
      return [
        once((a) => back(x, sets[2], anchorGradient(operation(sets), a))),
        once((a) => back(z, sets[3], fromCandidates(a))),
        ...learned.map(ofTemperature),
      ];
    };
    return { value, gradFunc };
  })(rows, others, ...learned);
}

type Sets = [
  anchors: Tensor2D,
  candidates: Tensor2D,
  anchorLabels: Tensor1D,
  candidateLabels: Tensor1D,
  temperature: Scalar,
];
