import type { KernelFunc, NamedAttrMap } from '@tensorflow/tfjs-core';
import { input } from '../shared/workspace';
import { run } from './run';
import { ANCHOR_SUMS, LANES, LOSS_ANCHOR_SUMS, REDUCED_LOSS } from './shaders/loss';
import { compute } from './workspace';

const meanOf = (attrs: NamedAttrMap | undefined): number => (attrs?.mean === true ? 1 : 0);

/** The kernel function of `SnnlReducedLoss`. */
export const reducedLoss: KernelFunc = ({ inputs, attrs, backend }) => {
  const sums = input(inputs, 'sums');
  const [, anchors = 0] = sums.shape;
  return compute(backend, [], (workspace, output) => {
    run(workspace.backend, REDUCED_LOSS, {
      inputs: { sums: workspace.nonEmpty(sums), temperature: input(inputs, 'temperature') },
      sizes: { anchors, mean: meanOf(attrs) },
      groups: 1,
      output,
    });
  });
};

/** The kernel function of `SnnlLossAnchorSums`. */
export const lossAnchorSums: KernelFunc = ({ inputs, attrs, backend }) => {
  const sums = input(inputs, 'sums');
  const [, anchors = 0] = sums.shape;
  return compute(backend, [6, anchors], (workspace, output) => {
    run(workspace.backend, LOSS_ANCHOR_SUMS, {
      inputs: { sums, dy: input(inputs, 'dy') },
      sizes: { anchors, mean: meanOf(attrs) },
      groups: Math.ceil(anchors / LANES),
      output,
    });
  });
};

/** The kernel function of `SnnlAnchorSums`. */
export const anchorSums: KernelFunc = ({ inputs, backend }) => {
  const sums = input(inputs, 'sums');
  const [, anchors = 0] = sums.shape;
  return compute(backend, [6, anchors], (workspace, output) => {
    run(workspace.backend, ANCHOR_SUMS, {
      inputs: { sums, dy: input(inputs, 'dy') },
      sizes: { anchors },
      groups: Math.ceil(anchors / LANES),
      output,
    });
  });
};
