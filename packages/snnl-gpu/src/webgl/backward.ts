import { allBlocks, batches } from './blocks';
import { ANCHORS } from './glsl/common';
import { APPLY } from './glsl/gradient';
import type { Call } from './kernels';
import { applyPanels, hasPanels } from './panels';
import { gradientSteps, type Steps } from './steps';

/** Weights of pairs that are held at a time, 4 bytes each. */
const MOST_WEIGHTS = 2 ** 22;

/** All weights of some blocks of anchors at a time, `lines` lines of texels for each. */
function applyBlocks({ device, scratch, problem }: Call, { weigh, apply }: Steps): void {
  const { n, m, z } = problem;
  const groups = Math.max(1, Math.ceil(m / 4));
  const width = Math.min(groups, device.maxSide);
  const lines = Math.ceil(groups / width);
  const most = Math.max(1, Math.floor(MOST_WEIGHTS / (groups * 4 * ANCHORS)));
  const within = Math.min(most, Math.floor(device.maxSide / lines));
  const parts = batches(allBlocks(n), m, z.depth, within);
  const height = Math.max(...parts.map(({ count }) => count)) * lines;
  const weights = scratch.textures(ANCHORS, width, height);
  for (const batch of parts) {
    const ints = { firstBlock: batch.first, width, lines };
    weigh(weights, { ...ints, firstGroup: 0, mirrored: 0 }, { width, height: batch.count * lines });
    apply(APPLY, weights, { batch, ints });
  }
}

/** Equation 5: weights of pairs, then their product with the points. */
export function backward(call: Call): void {
  const symmetric = hasPanels(call);
  const steps = gradientSteps(call, symmetric);
  (symmetric ? applyPanels : applyBlocks)(call, steps);
  steps.finish();
}
