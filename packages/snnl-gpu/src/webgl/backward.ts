import type { KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { input } from '../shared/workspace';
import { allBlocks, type Blocks, batchArea, batches, blockArea } from './blocks';
import { sums, transposed } from './points';
import { type Problem, pairInputs, pairInts, prepare } from './problem';
import { type Draw, run } from './run';
import { APPLY, APPLY_PANEL, FINISH, weightsOf } from './shaders/backward';
import { ANCHORS, type Shader } from './shaders/common';
import { compute, flatUniforms, type Output, type WebglWorkspace } from './workspace';

type Ints = Draw['ints'];

/** The draws from pairs to the gradient; who calls them decides which weights are held when. */
interface Steps {
  /** Weights into textures of the layout that `ints` tell. */
  weigh(weights: readonly TensorInfo[], ints: Ints, area: Draw['area']): void;
  /** Products of weights and points for a batch of anchors, instead of or added to earlier ones. */
  apply(
    shader: Shader,
    weights: readonly TensorInfo[],
    draw: { batch: Blocks; ints: Ints; add?: boolean },
  ): void;
  /** The output from the products. */
  finish(output: Output): void;
}

const named = (names: readonly string[], infos: readonly TensorInfo[]) =>
  Object.fromEntries(names.flatMap((name, i) => (infos[i] ? [[name, infos[i]]] : [])));

const numbered = (name: string, infos: readonly TensorInfo[]) =>
  Object.fromEntries(infos.map((info, i) => [`${name}${i}`, info]));

/** @param symmetric Whether `candidateSums` are known to be `anchorSums`. */
function gradientSteps(
  workspace: WebglWorkspace,
  problem: Problem,
  inputs: NamedTensorInfoMap,
  symmetric: boolean,
): Steps {
  const { device } = workspace;
  const { n, m, columns, x, z, firstPoint, temperature } = problem;
  const ofSums = (name: string, count: number) =>
    sums(workspace, workspace.flat(input(inputs, name)), count, temperature);
  const anchorSums = ofSums('anchorSums', n);
  const candidateSums = m === 0 || symmetric ? anchorSums : ofSums('candidateSums', m);
  const pairs = {
    ...pairInputs(problem),
    ...named(['xReferences', 'xUpstream'], anchorSums),
    ...named(['zReferences', 'zUpstream'], candidateSums),
  };
  const shared = pairInts(problem);
  const whole = blockArea(n, z.depth);
  const products = workspace.textures(ANCHORS, whole.width, whole.height);
  const wide = transposed(workspace, z);
  return {
    weigh: (weights, ints, area) =>
      run(device, weightsOf(z.depth), {
        inputs: pairs,
        ints: { ...shared, ...ints },
        outputs: weights,
        area,
      }),
    apply: (shader, weights, { batch, ints, add = false }) =>
      run(device, shader, {
        inputs: { x: x.info, z: wide, ...numbered('weights', weights) },
        ints: { ...shared, wideShift: z.wideShift, ...ints },
        outputs: products,
        area: batchArea(batch, z.depth),
        add,
      }),
    finish: (output) =>
      run(device, FINISH, {
        inputs: { ...numbered('part', products), xMarks: x.marks, temperature: temperature.info },
        ints: {
          ...{ n, columns, depth: z.depth, firstPoint, outWidth: output.width },
          ...flatUniforms('temperature', temperature),
        },
        outputs: [output.info],
        area: output,
      }),
  };
}

/** Weights of pairs that are held at a time, 4 bytes each. */
const MOST_WEIGHTS = 2 ** 22;

/** All weights of some blocks of anchors at a time, `lines` lines of texels for each. */
function applyBlocks(
  workspace: WebglWorkspace,
  { n, m, z }: Problem,
  { weigh, apply }: Steps,
): void {
  const { maxSide } = workspace.device;
  const groups = Math.max(1, Math.ceil(m / 4));
  const width = Math.min(groups, maxSide);
  const lines = Math.ceil(groups / width);
  const most = Math.max(1, Math.floor(MOST_WEIGHTS / (groups * 4 * ANCHORS)));
  const within = Math.min(most, Math.floor(maxSide / lines));
  const parts = batches(allBlocks(n), m, z.depth, within);
  const height = Math.max(...parts.map(({ count }) => count)) * lines;
  const weights = workspace.textures(ANCHORS, width, height);
  for (const batch of parts) {
    const ints = { firstBlock: batch.first, width, lines };
    weigh(weights, { ...ints, firstGroup: 0, mirrored: 0 }, { width, height: batch.count * lines });
    apply(APPLY, weights, { batch, ints });
  }
}

/** Blocks of anchors along a side of a panel: 16 MiB of weights. */
const SIDE = 256;

/**
 * Whether the weight of i and j is that of j and i: a batch against itself. Panels add to the products
 * of others, which not every device can.
 */
function hasPanels({ device }: WebglWorkspace, { n, m, oneBatch }: Problem): boolean {
  const blocks = allBlocks(n).count;
  const possible = SIDE * 2 <= device.maxSide && (device.canAdd || blocks <= SIDE);
  return possible && oneBatch && n === m;
}

function ranges(blocks: number): Blocks[] {
  return Array.from({ length: Math.ceil(blocks / SIDE) }, (_, index) => ({
    first: index * SIDE,
    count: Math.min(SIDE, blocks - index * SIDE),
  }));
}

/** Each weight once, in panels: those on the diagonal hold a triangle, those above serve twice. */
function applyPanels(
  workspace: WebglWorkspace,
  { n, m, z }: Problem,
  { weigh, apply }: Steps,
): void {
  const blocks = allBlocks(n).count;
  const side = Math.min(SIDE, blocks);
  const width = side * 2;
  const weights = workspace.textures(ANCHORS, width, side);
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

/**
 * The kernel function of `SnnlNeighborLogSumsGrad`, equation 5: weights of pairs, then their product
 * with the points.
 */
export const logSumsGrad: KernelFunc = ({ inputs, attrs, backend }) => {
  const [n = 0, d = 0] = input(inputs, 'anchors').shape;
  return compute(backend, [n, d], (workspace, output) => {
    const problem = prepare(workspace, inputs, attrs);
    const symmetric = hasPanels(workspace, problem);
    const steps = gradientSteps(workspace, problem, inputs, symmetric);
    (symmetric ? applyPanels : applyBlocks)(workspace, problem, steps);
    steps.finish(output);
  });
};
