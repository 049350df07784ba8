import { allBlocks, type Blocks, batches } from './blocks';
import { input } from './flat';
import { ANCHORS } from './glsl/common';
import { APPLY_PANEL } from './glsl/gradient';
import type { Call } from './kernels';
import type { Steps } from './steps';

/** Blocks of anchors along a side of a panel: 16 MiB of weights. */
const SIDE = 256;

/**
 * Whether the weight of i and j is known to be that of j and i: a batch against itself, where
 * anchors and candidates share one tensor of sums. Panels add to the products of others, which not
 * every device can.
 */
export function hasPanels({ device, inputs, problem }: Call): boolean {
  const { n, m, selfOffset } = problem;
  const [own, others] = ['anchorSums', 'candidateSums'].map((name) => input(inputs, name).dataId);
  const blocks = allBlocks(n).count;
  const possible = SIDE * 2 <= device.maxSide && (device.canAdd || blocks <= SIDE);
  return possible && selfOffset === 0 && n === m && own === others;
}

function ranges(blocks: number): Blocks[] {
  return Array.from({ length: Math.ceil(blocks / SIDE) }, (_, index) => ({
    first: index * SIDE,
    count: Math.min(SIDE, blocks - index * SIDE),
  }));
}

/** Each weight once, in panels: those on the diagonal hold a triangle, those above serve twice. */
export function applyPanels({ scratch, problem }: Call, { weigh, apply }: Steps): void {
  const { n, m, z } = problem;
  const blocks = allBlocks(n).count;
  const side = Math.min(SIDE, blocks);
  const width = side * 2;
  const weights = scratch.textures(ANCHORS, width, side);
  const begun = new Set<Blocks>();

  const add = (panel: { rows: Blocks; columns: Blocks }, to: Blocks): void => {
    const { rows, columns } = panel;
    const ints = {
      top: rows.first,
      left: columns.first,
      straight: to === rows ? Math.min(columns.count * 2, Math.ceil(m / 4) - columns.first * 2) : 0,
      turned: to === columns ? rows.count : 0,
    };
    for (const batch of batches(to, side * ANCHORS, z.depth)) {
      apply(APPLY_PANEL, weights, { batch, ints, add: begun.has(to) });
    }
    begun.add(to);
  };

  const all = ranges(blocks);
  for (const [index, rows] of all.entries()) {
    for (const columns of all.slice(index)) {
      const mirrored = Number(rows === columns);
      for (const batch of batches(rows, columns.count * ANCHORS, z.depth)) {
        const ints = { firstBlock: rows.first, firstGroup: columns.first * 2, width, lines: 1 };
        const area = { y: batch.first - rows.first, width: columns.count * 2, height: batch.count };
        weigh(weights, { ...ints, mirrored }, area);
      }
      add({ rows, columns }, rows);
      if (rows !== columns) add({ rows, columns }, columns);
    }
  }
}
